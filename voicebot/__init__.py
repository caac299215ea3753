"""Telephony-first voice AI on Asterisk."""
