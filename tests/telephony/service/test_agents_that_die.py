"""Callers on the way to an operator, and those who talk with one, outlive their agent."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.polling import until
from tests.telephony.service import operator_phone
from tests.telephony.service.businesses import SHOP
from tests.telephony.service.caller import Caller, hears_all, understood
from tests.telephony.service.running import Service
from voicebot.calls.model import HandledBy, Outcome, TransferResult


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """It takes no call inside the block."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def is_put_together(service: Service, caller: Caller, operator: str) -> None:
    """The record tells what was said before the agent died, and who took the caller."""
    until(lambda: service.record_of(caller).turns, "the call is salvaged", 20)
    record = service.record_of(caller)
    assert record.turns[0].said_heard == service.business("shop").opening
    assert record.turns[-1].said_heard == service.business("shop").phrases.connecting
    assert (record.outcome, record.handled_by) == (Outcome.TRANSFERRED, HandledBy.OPERATOR)
    [transfer] = record.transfers
    assert (transfer.result, transfer.operator) == (TransferResult.CONNECTED, operator)
    assert record.turns[-1].heard in transfer.summary


def test_calls_go_on_without_the_agent_that_was_killed(service: Service) -> None:
    maria, joan, kim = (service.operators[name] for name in ("maria", "joan", "kim"))
    told, declines = (
        "uas-operator-hangs-up-when-told-expect-200",
        "uas-operator-declines-expect-ack",
    )
    with ExitStack() as opened:
        wanted = opened.enter_context(maria.waits(told, service.directory, pause_ms=10_000))
        taken = opened.enter_context(kim.waits(told, service.directory))
        opened.enter_context(joan.waits(declines, service.directory, pause_ms=10_000))
        with frozen(service.pid_of("agent-2")):
            callers = [opened.enter_context(service.calling(SHOP)) for _ in range(3)]
            on_the_way, talking, unlucky = callers
            for caller in callers:
                caller.is_answered("greeting")
        assert {caller.agent for caller in callers} == {talking.agent}
        talking.says("Connect me with the office, please.")
        operator_phone.is_told_what_it_is_about(taken)
        taken.headset.press("1")
        operator_phone.talk(talking, taken, kim.hz)
        unlucky.begins_to_say("Connect me with the delivery department, please.")
        on_the_way.says("Can I speak to an operator please?")
        until(lambda: wanted.is_ringing, "the operator's phone rings", 30)
        unlucky.hears_music()
        unlucky.keeps("music")
        os.kill(service.pid_of("agent-1"), signal.SIGKILL)
        # Nobody knows any more what it is about: recorded prompts ask the operator.
        begun_s = time.monotonic()
        operator_phone.is_told_what_it_is_about(wanted)
        prompts = wanted.headset.samples_since(begun_s)
        wanted.headset.press("1")
        operator_phone.talk(on_the_way, wanted, maria.hz)
        operator_phone.hangs_up(wanted)
        on_the_way.is_hung_up_on()
        # Another agent goes on with the caller whom nobody took.
        unlucky.is_answered("nobody")
        unlucky.says("Goodbye.")
        unlucky.is_hung_up_on()
        # The one that was killed is back under its own name, and takes no caller away.
        until(lambda: all(one.is_ready for one in service.stack.status()), "all are back", 120)
        operator_phone.talk(talking, taken, kim.hz)
        operator_phone.hangs_up(taken)
        talking.is_hung_up_on()
    heard = understood(
        service.directory / "died", {"prompts": prompts, "nobody": unlucky.samples("nobody")}
    )
    assert hears_all(heard["prompts"], "Press one to accept this call or two to reject it.")
    assert hears_all(heard["nobody"], service.business("shop").phrases.nobody_free)
    is_put_together(service, on_the_way, "maria")
    is_put_together(service, talking, "kim")
    record = service.record_of(unlucky)
    assert record.handled_by is HandledBy.AGENT
    assert [one.result for one in record.transfers] == [TransferResult.DECLINED]
    assert [turn.heard for turn in record.turns][-1].startswith("Goodbye")
    until(lambda: not service.left(), "nothing is left in Asterisk", 10)
