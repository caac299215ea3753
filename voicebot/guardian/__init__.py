"""Beside each Asterisk: nobody sits in silence because a process of ours died."""
