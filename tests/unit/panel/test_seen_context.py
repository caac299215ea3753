from datetime import UTC, datetime

import pytest

from voicebot.calls.model import CallFacts, CallId, ChannelId
from voicebot.calls.session import CallContext, dump_context
from voicebot.calls.transitions import CallState
from voicebot.dialogue.conversation_state import ConversationState, Phase
from voicebot.panel.floor import Speaker
from voicebot.panel.seen_context import seen_context

ID = CallId("a")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_what_an_agent_saves_is_understood() -> None:
    facts = CallFacts(ID, ChannelId("a"), "+43660", "100", "ulaw")
    context = CallContext(
        facts,
        "node1-1",
        NOON,
        CallState.TALKING,
        conversation=ConversationState(phase=Phase.SPEAKING),
    )
    seen = seen_context(ID, dump_context(context))
    assert seen is not None
    assert (seen.caller, seen.did, seen.state) == ("+43660", "100", "talking")
    assert (seen.since_s, seen.speaker) == (NOON.timestamp(), Speaker.AGENT)


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"facts": 1}', '{"facts": {}}'])
def test_what_is_no_context_is_none(text: str | None) -> None:
    assert seen_context(ID, text) is None
