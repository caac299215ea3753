from types import MappingProxyType

from tests.contract.shared_state.conftest import SharedState
from voicebot.calls.model import CallId


async def test_an_event_with_any_mapping_of_plain_values_is_taken(
    shared_state: SharedState,
) -> None:
    fields = MappingProxyType({"heard": "hello", "total_ms": 430, "cut": False, "fact": None})
    await shared_state.events.publish(CallId("node1-1.1"), "turn.ended", fields)
