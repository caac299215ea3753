"""Calls that we place: `await dial(settings, "+12025550123")`."""

from voicebot.outbound.dialer import DialResult
from voicebot.outbound.dialing import dial

__all__ = ["DialResult", "dial"]
