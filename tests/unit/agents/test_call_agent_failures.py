"""What becomes of a call when something breaks: workers, stores, or we ourselves."""

import asyncio
from collections.abc import Callable

import pytest

from tests.fakes.call_control import REFUSED
from tests.fakes.call_services import Outside
from tests.fakes.sample_business import ADDRESS
from tests.fakes.virtual_time import passes, settle
from tests.unit.agents.calling import CALLER, LEFT, NUMBER, HeldCall
from voicebot.agents.scribe import RETRY_S
from voicebot.calls import events as on
from voicebot.calls.model import CallId, HandledBy, Outcome
from voicebot.calls.session import load_context
from voicebot.calls.transitions import CallState
from voicebot.dialogue.phrases import split
from voicebot.errors import InferenceTimeout

LATE = InferenceTimeout("any", 4000)


async def test_a_caller_who_was_not_understood_hears_so(call: HeldCall) -> None:
    not_understood = split(call.outside.business.phrases.not_understood)
    assert await call.says(LATE) == not_understood
    assert await call.says("Where are you?") == [ADDRESS]
    await call.is_hung_up()


async def test_a_caller_who_is_never_understood_goes_to_people(call: HeldCall) -> None:
    for _ in range(3):
        await call.says(LATE)
    record = await call.goes_to_people()
    assert (record.outcome, record.handled_by) == (Outcome.FAILED, HandledBy.DIALPLAN)


async def test_without_its_facts_the_model_still_makes_conversation(call: HeldCall) -> None:
    call.outside.meaning.script.append(LATE)
    call.outside.responder.script.append(["That sounds lovely!"])
    assert await call.says("Where are you?") == ["That sounds lovely!"]
    await call.is_hung_up()


async def test_a_model_that_fails_is_owned_up_to(call: HeldCall) -> None:
    call.outside.responder.script.append([LATE])
    assert await call.says("Hello there") == split(call.outside.business.phrases.trouble)
    await call.is_hung_up()


async def test_a_caller_to_whom_nothing_can_be_said_goes_to_people(outside: Outside) -> None:
    outside.synthesizer.script = {part: [LATE] for part in split(outside.business.opening)}
    outside.synthesizer.script |= {part: [LATE] for part in split(outside.business.phrases.trouble)}
    call = await HeldCall(outside).is_greeted()
    record = await call.goes_to_people()
    assert record.outcome is Outcome.FAILED


async def test_a_bug_ends_the_conversation_and_not_the_call(call: HeldCall) -> None:
    call.outside.synthesizer.broken = True
    await call.says("Where are you?")
    record = await call.goes_to_people()
    assert (record.outcome, record.handled_by) == (Outcome.FAILED, HandledBy.DIALPLAN)
    assert record.turns[-1].heard == "Where are you?"


async def test_an_event_that_nobody_foresaw_is_a_bug_like_any_other(call: HeldCall) -> None:
    call.agent.post(on.Claimed())
    record = await call.goes_to_people()
    assert record.outcome is Outcome.FAILED


async def test_a_bug_does_not_stop_a_caller_who_is_just_leaving(call: HeldCall) -> None:
    """The request to leave is lost with all else that was under way."""
    call.outside.control.holds["leave"] = asyncio.Event()
    call.agent.post(on.GivenUp("agent-stopped"))
    await settle()
    call.agent.post(on.Claimed())
    await settle()
    call.outside.control.holds["leave"].set()
    record = await call.ends()
    assert call.outside.control.asked_for("leave") == [LEFT, LEFT]
    assert record.outcome is Outcome.FAILED


async def test_a_bug_when_the_caller_cannot_be_handed_over_still_leaves_a_record(
    call: HeldCall,
) -> None:
    call.outside.control.refusals["leave"] = REFUSED
    call.agent.post(on.Claimed())
    assert (await call.ends()).outcome is Outcome.FAILED


async def test_an_absent_database_does_not_keep_the_agent_and_leaves_the_call_its_context(
    call: HeldCall,
) -> None:
    call.outside.records.failures = 1
    call.hangs_up()
    await passes(1)
    await call.task
    assert call.outside.records.written == []
    saved = await call.outside.contexts.load(CallId(CALLER))
    assert saved is not None
    assert load_context(saved).state is CallState.ENDED
    assert call.outside.events.names[-1] == "call.ended"


async def test_a_call_goes_on_without_redis_and_is_saved_once_it_is_back(call: HeldCall) -> None:
    outside = call.outside
    outside.contexts.is_away = outside.events.is_away = True
    saved = len(outside.contexts.saved)
    assert await call.says("Where are you?") == [ADDRESS]
    assert await call.says("How long does a repair take?") != []
    assert len(outside.contexts.saved) == saved
    outside.contexts.is_away = outside.events.is_away = False
    await passes(2 * RETRY_S)
    context = load_context(outside.contexts.saved[-1])
    assert len(context.conversation.records) == 3
    assert outside.events.names.count("turn.over") == 3
    await call.is_hung_up()


async def test_a_call_ends_without_redis_too(call: HeldCall) -> None:
    call.outside.contexts.is_away = call.outside.events.is_away = True
    call.hangs_up()
    await passes(10)
    await call.task
    (record,) = call.outside.records.written
    assert record.outcome is Outcome.ABANDONED


async def test_what_a_caller_says_is_in_no_log(
    outside: Outside,
    production_logs: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    production_logs()
    call = await HeldCall(outside).is_greeted()
    outside.responder.script.append([LATE])
    await call.says("My name is Zebedee.")
    outside.synthesizer.broken = True
    await call.says("Where are you, says Zebedee?")
    await passes(10)
    logged = capsys.readouterr()
    assert "call.crashed" in logged.out
    for private in ("Zebedee", NUMBER, ADDRESS):
        assert private not in logged.out + logged.err
