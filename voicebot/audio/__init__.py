"""Samples, frames and codecs: pure, counted in media time."""
