"""How may a supervisor be on a call by phone, which keys change that, and who hears whom?

Pure. Keys as in Asterisk's ChanSpy. A snoop sits on the caller's channel: what it whispers "in"
is heard by whomever the caller talks with, "both" by the caller as well.
"""

from collections.abc import Mapping
from typing import Final

from voicebot.calls.orders import GOING, OrderResult, Presence
from voicebot.calls.transitions import CallState

KEYS: Final[Mapping[str, Presence]] = {
    "4": Presence.LISTEN,
    "5": Presence.WHISPER,
    "6": Presence.BARGE,
}
WHISPERS: Final[Mapping[Presence, str | None]] = {
    Presence.LISTEN: None,
    Presence.WHISPER: "in",
    Presence.BARGE: "both",
}
# Whoever barges in takes part in a talk.
_IN_TALK: Final = (CallState.TALKING, CallState.WITH_OPERATOR)


def why_not(presence: Presence, state: CallState, *, is_secret: bool) -> OrderResult | None:
    """None: it can be. `is_secret`: the caller tells what nobody may hear."""
    if state in GOING:
        return OrderResult.ENDING
    match presence:
        case Presence.WHISPER if state is not CallState.WITH_OPERATOR:
            return OrderResult.NOBODY_TO_WHISPER_TO
        case Presence.BARGE if state not in _IN_TALK:
            return OrderResult.NOT_IN_TALK
        case Presence.BARGE if is_secret:
            # The agent, once it stands back, would never come to the secret's end.
            return OrderResult.NOT_RECORDED
    return None


def presence_now(wanted: Presence, state: CallState, *, is_secret: bool) -> Presence | None:
    """What is left of it as the call goes on; None: nothing may be heard now."""
    if is_secret:
        return None
    return wanted if why_not(wanted, state, is_secret=False) is None else Presence.LISTEN


def takes_agents_place(presence: Presence | None, state: CallState) -> bool:
    """While somebody is in its place the voice agent keeps silent, and hears nothing."""
    return presence is Presence.BARGE and state is CallState.TALKING
