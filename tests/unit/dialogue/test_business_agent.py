"""What our own agent does of what its model proposes, told as conversations."""

import pytest

from tests.fakes.sample_business import a_business
from tests.unit.calls.playing import spoken
from tests.unit.dialogue.conversing import a_call
from voicebot.calls.transitions import CallState

PHRASES = a_business().phrases


def test_what_the_model_proposes_is_asked_about_and_checked() -> None:
    call = a_call(lets_model_act=True)
    call.speaks("My bike makes a strange noise.")
    call.finds()
    assert spoken(call.model_says("@transfer-workshop")) == "Shall I connect you with a mechanic?"
    assert call.hears_and_says("Yes.") == PHRASES.connecting


@pytest.mark.parametrize("proposed", ["@transfer-nowhere", "@hack", "@operator now"])
def test_what_is_not_on_the_list_is_never_done(proposed: str) -> None:
    call = a_call(lets_model_act=True)
    call.speaks("My bike makes a strange noise.")
    call.finds()
    assert spoken(call.model_says(proposed)) == PHRASES.unknown
    call.hears_all()
    assert call.session.state is CallState.TALKING
