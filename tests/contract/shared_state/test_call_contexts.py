from tests.contract.shared_state.conftest import SharedState
from voicebot.calls.model import CallId

CALL, OTHER = CallId("node1-1.1"), CallId("node1-2.2")


async def test_what_was_saved_last_is_loaded(shared_state: SharedState) -> None:
    await shared_state.contexts.save(CALL, "one")
    await shared_state.contexts.save(CALL, '{"heard": "grüß Gott"}')
    await shared_state.contexts.save(OTHER, "other")
    assert await shared_state.contexts.load(CALL) == '{"heard": "grüß Gott"}'


async def test_a_call_without_a_context_has_none(shared_state: SharedState) -> None:
    assert await shared_state.contexts.load(CALL) is None


async def test_a_forgotten_context_is_gone_and_may_be_forgotten_again(
    shared_state: SharedState,
) -> None:
    await shared_state.contexts.save(CALL, "one")
    await shared_state.contexts.save(OTHER, "other")
    await shared_state.contexts.forget(CALL)
    await shared_state.contexts.forget(CALL)
    assert await shared_state.contexts.load(CALL) is None
    assert await shared_state.contexts.load(OTHER) == "other"


async def test_it_is_known_whose_contexts_are_kept(shared_state: SharedState) -> None:
    assert await shared_state.contexts.kept() == []
    for call_id in (CALL, OTHER):
        await shared_state.contexts.save(call_id, "one")
    await shared_state.contexts.forget(OTHER)
    assert await shared_state.contexts.kept() == [CALL]
