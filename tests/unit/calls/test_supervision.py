"""How a supervisor may be on a call, in every state of it."""

from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.orders import GOING, OrderResult, Presence
from voicebot.calls.supervision import (
    KEYS,
    WHISPERS,
    presence_now,
    takes_agents_place,
    why_not,
)
from voicebot.calls.transitions import CallState

states, presences = st.sampled_from(CallState), st.sampled_from(Presence)


def test_keys_are_those_of_chanspy() -> None:
    assert "".join(KEYS) == "456"
    assert list(KEYS.values()) == list(Presence) == list(WHISPERS)


def test_with_a_voice_agent_there_is_nobody_to_whisper_to() -> None:
    whisper, barge = Presence.WHISPER, Presence.BARGE
    nobody = OrderResult.NOBODY_TO_WHISPER_TO
    assert why_not(whisper, CallState.TALKING, is_secret=False) is nobody
    assert why_not(whisper, CallState.WITH_OPERATOR, is_secret=False) is None
    assert why_not(barge, CallState.WAITING, is_secret=False) is OrderResult.NOT_IN_TALK
    assert why_not(barge, CallState.TALKING, is_secret=False) is None
    assert why_not(barge, CallState.TALKING, is_secret=True) is OrderResult.NOT_RECORDED


@given(presences, states, st.booleans())
def test_who_may_not_be_heard_is_not(wanted: Presence, state: CallState, is_secret: bool) -> None:
    present = presence_now(wanted, state, is_secret=is_secret)
    if is_secret:
        assert present is None
    elif present is not Presence.LISTEN:
        assert present is wanted
        assert why_not(wanted, state, is_secret=False) is None
    if takes_agents_place(present, state):
        assert (wanted, state) == (Presence.BARGE, CallState.TALKING)


@given(presences, st.sampled_from(GOING), st.booleans())
def test_nobody_gets_on_a_call_that_ends(
    wanted: Presence, state: CallState, is_secret: bool
) -> None:
    assert why_not(wanted, state, is_secret=is_secret) is OrderResult.ENDING
