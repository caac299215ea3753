"""What a channel's variables tell of its call."""

import pytest

from voicebot.agents.channel_facts import callback_text, owed_of
from voicebot.calls.model import CallbackReason, CallId, Owed


@pytest.mark.parametrize("reason", CallbackReason)
def test_why_somebody_is_rung_back_is_read_as_it_was_written(reason: CallbackReason) -> None:
    owed = Owed(reason, CallId("node-1-1795.7"))
    assert owed_of(callback_text(owed)) == owed


@pytest.mark.parametrize("text", ["", "broken", "broken:", "nothing:node-1-1.1", ":"])
def test_a_channel_that_says_nothing_of_it_is_no_callback(text: str) -> None:
    assert owed_of(text) is None
