from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.model import CallId
from voicebot.shared_state import keys

call_ids = st.text("abc0123456789.-", min_size=1).map(CallId)


@given(call_ids, call_ids)
def test_no_two_things_share_a_key(one: CallId, other: CallId) -> None:
    named = {
        keys.AGENTS,
        keys.ALL_CALL_EVENTS,
        keys.CALL_CONTEXTS,
        keys.call_context(one),
        keys.call_events(one),
        keys.agent(one),
    }
    assert len(named) == 6
    assert one == other or keys.call_context(one) != keys.call_context(other)


def test_keys_are_those_that_operators_look_for() -> None:
    assert keys.call_context(CallId("node1-1.1")) == "call-context:node1-1.1"
    assert keys.call_events(CallId("node1-1.1")) == "call-events:node1-1.1"
    assert keys.agent("agent-1") == "agent:agent-1"
