"""Calls that we place over a carrier's trunk: each way they can end, on record once."""

import itertools
import os
import signal
import subprocess
import sys
from concurrent.futures import wait
from pathlib import Path

import pytest

from tests.polling import until
from tests.telephony.fallback import records
from tests.telephony.fallback.agent import Agent
from tests.telephony.outbound.callee import (
    ANSWERS,
    ANSWERS_AND_HANGS_UP,
    REFUSES,
    RINGS,
)
from tests.telephony.outbound.conftest import NUMBER, Service
from voicebot.calls.dialled import DialStatus
from voicebot.calls.model import CallRecord, Direction, HandledBy, Outcome
from voicebot.calls.outbound_rules import Refusal
from voicebot.outbound import DialResult
from voicebot.stack.supervisor_config import environment_of

_numbers = (f"+1202555{number:04}" for number in itertools.count(2000))


def _only_record(service: Service, result: DialResult, number: str) -> CallRecord:
    """The call's one line in Asterisk's CDR file and its one record agree."""
    lines = [line for line in records.lines(service.node) if line["caller_number"] == number]
    assert [line["uniqueid"] for line in lines] == [result.call_id]
    assert result.record is not None
    facts = result.record.facts
    assert (facts.caller_number, facts.called_number) == (number, NUMBER)
    assert facts.direction is Direction.OUTBOUND
    return result.record


def test_whoever_answers_is_offered_to_the_agents_as_a_caller_is(
    service: Service, agent: Agent, tmp_path: Path
) -> None:
    number, told = next(_numbers), list[str]()
    with service.callee(ANSWERS, tmp_path) as rung:
        ringing = service.dialling(number, on_progress=told.append)
        start = agent.claim()
        channel = start["channel"]
        assert start["args"] == [NUMBER]
        assert channel["caller"]["number"] == number
        assert channel["channelvars"]["VOICEBOT_DIRECTION"] == "outbound"
        assert channel["channelvars"]["VOICEBOT_CODEC"] == "ulaw"
        agent.ask("DELETE", f"channels/{channel['id']}")
        assert rung.is_as_expected()
    result = ringing.result(20)
    assert (result.status, result.call_id) == (DialStatus.ANSWERED, channel["id"])
    assert told == ["ringing", "answered"]
    assert f"INVITE sip:{number}@" in rung.log
    assert f"From: <sip:{NUMBER}@" in rung.log
    record = _only_record(service, result, number)
    assert record.answered_at is not None
    assert record.handled_by is HandledBy.AGENT
    assert service.kept()[0].status is DialStatus.ANSWERED


@pytest.mark.parametrize(
    ("status", "expected", "cause", "outcome"),
    [
        ("486 Busy Here", DialStatus.BUSY, 17, Outcome.ABANDONED),
        ("603 Decline", DialStatus.REJECTED, 21, Outcome.ABANDONED),
        ("404 Not Found", DialStatus.UNREACHABLE, 1, Outcome.FAILED),
        ("503 Service Unavailable", DialStatus.CONGESTION, 34, Outcome.FAILED),
    ],
)
def test_a_call_that_is_refused_is_on_record_with_its_cause(
    service: Service,
    agent: Agent,
    tmp_path: Path,
    status: str,
    expected: DialStatus,
    cause: int,
    outcome: Outcome,
) -> None:
    number = next(_numbers)
    with service.callee(REFUSES, tmp_path, status=status) as rung:
        result = service.dial(number)
        assert rung.is_as_expected()
    assert (result.status, result.hangup_cause) == (expected, cause)
    record = _only_record(service, result, number)
    assert (record.outcome, record.hangup_cause, record.answered_at) == (outcome, cause, None)
    assert agent.node is service.node  # nobody was offered anything: see what it still has to read


def test_a_call_that_nobody_answers_is_given_up(
    service: Service, agent: Agent, tmp_path: Path
) -> None:
    number = next(_numbers)
    with service.callee(RINGS, tmp_path) as rung:
        result = service.dial(number)
        assert rung.is_as_expected()
    assert (result.status, result.hangup_cause) == (DialStatus.NO_ANSWER, 19)
    assert _only_record(service, result, number).outcome is Outcome.ABANDONED


def test_whoever_hangs_up_first_ends_the_call(
    service: Service, agent: Agent, tmp_path: Path
) -> None:
    number = next(_numbers)
    with service.callee(ANSWERS_AND_HANGS_UP, tmp_path) as rung:
        ringing = service.dialling(number)
        agent.claim()
        result = ringing.result(20)
        assert rung.is_as_expected()
    assert (result.status, result.hangup_cause) == (DialStatus.ANSWERED, 16)
    _only_record(service, result, number)


def test_whom_no_agent_claims_hears_an_apology_and_no_voicemail(
    service: Service, agent: Agent, tmp_path: Path
) -> None:
    number = next(_numbers)
    with service.callee(ANSWERS, tmp_path) as rung:
        ringing = service.dialling(number)
        until(lambda: rung.answered_at_s is not None and rung.first_sound_s(), "an apology")
        assert rung.is_as_expected()
    result = ringing.result(20)
    assert result.status is DialStatus.ANSWERED
    record = _only_record(service, result, number)
    assert (record.handled_by, record.voicemail) == (HandledBy.DIALPLAN, None)
    assert not list((service.node.spool / "voicemail").glob(f"{result.call_id}*"))


def test_a_number_on_the_list_is_not_rung_however_it_is_written(
    service: Service, agent: Agent, tmp_path: Path
) -> None:
    number = next(_numbers)
    service.bar(number.replace("+1", "001 "), is_barred=True)
    with service.callee(ANSWERS, tmp_path) as rung:
        refused = service.dial(number).refused
        assert refused is not None
        assert refused.reason is Refusal.DO_NOT_CALL
        service.bar(number, is_barred=False)
        ringing = service.dialling(number)
        agent.ask("DELETE", f"channels/{agent.claim()['channel']['id']}")
        assert ringing.result(20).status is DialStatus.ANSWERED
        assert rung.log.count("INVITE sip:") == 1


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("911", Refusal.EMERGENCY),
        ("+1911", Refusal.EMERGENCY),
        ("112", Refusal.EMERGENCY),
        ("+19005550123", Refusal.PREMIUM_RATE),
        ("+4930901820", Refusal.DESTINATION),
        # A country with the same code, known for calls that cost much.
        ("+18762345678", Refusal.DESTINATION),
        ("12", Refusal.NO_NUMBER),
        ("+1202555", Refusal.NO_NUMBER),
        ("s@voicebot-fallback", Refusal.NO_NUMBER),
        (NUMBER, Refusal.OWN_NUMBER),
    ],
)
def test_what_the_rules_refuse_reaches_nobody(
    service: Service, agent: Agent, tmp_path: Path, number: str, reason: Refusal
) -> None:
    before = len(service.kept())
    with service.callee(ANSWERS, tmp_path) as rung:
        result = service.dial(number)
        assert result.status is DialStatus.REFUSED
        assert result.refused is not None
        assert result.refused.reason is reason
        assert service.channels() == []
        assert rung.log == ""
    assert len(service.kept()) == before


def test_nobody_is_rung_outside_the_hours(service: Service, agent: Agent) -> None:
    result = service.dial(next(_numbers), service.may(hours={}))
    assert result.refused is not None
    assert result.refused.reason is Refusal.HOURS
    assert service.channels() == []


def test_only_our_own_number_is_shown(service: Service, agent: Agent) -> None:
    result = service.dial(next(_numbers), did="+12025550199")
    assert result.refused is not None
    assert result.refused.reason is Refusal.CALLER_ID


def test_nobody_is_rung_while_no_agent_could_talk(service: Service) -> None:
    result = service.dial(next(_numbers))
    assert result.refused is not None
    assert result.refused.reason is Refusal.NO_AGENT


def test_nobody_is_rung_from_a_node_that_is_being_emptied(service: Service, agent: Agent) -> None:
    service.node.console("dialplan set global VOICEBOT_DRAINING 1")
    try:
        result = service.dial(next(_numbers))
    finally:
        service.node.console("dialplan set global VOICEBOT_DRAINING 0")
    assert result.refused is not None
    assert result.refused.reason is Refusal.DRAINING


def test_a_number_is_rung_so_often_a_day_and_by_one_at_a_time(
    service: Service, agent: Agent, tmp_path: Path
) -> None:
    number, rules = next(_numbers), service.may(max_per_number_per_day=2)
    with service.callee(RINGS, tmp_path / "1") as rung:
        # Whoever asks at the same time is refused.
        attempts = [service.dialling(number, rules) for _ in range(6)]
        wait(attempts, 30)
        results = [one.result() for one in attempts]
        assert rung.is_as_expected()
        assert rung.log.count("INVITE sip:") == 1
    reasons = [one.refused.reason for one in results if one.refused is not None]
    assert reasons == [Refusal.IN_PROGRESS] * 5
    with service.callee(REFUSES, tmp_path / "2"):
        assert service.dial(number, rules).status is DialStatus.BUSY
    refused = service.dial(number, rules).refused
    assert refused is not None
    assert refused.reason is Refusal.NUMBER_CAP


def test_no_more_than_so_many_are_rung_a_minute(
    service: Service, agent: Agent, tmp_path: Path
) -> None:
    placed = len(service.kept())
    rules = service.may(max_per_minute=placed + 1)
    with service.callee(REFUSES, tmp_path):
        # What was placed before this test may have been more than a minute ago.
        results = [service.dial(next(_numbers), rules)]
    rules = service.may(max_per_minute=1)
    results.append(service.dial(next(_numbers), rules))
    assert results[0].status is DialStatus.BUSY
    assert results[1].refused is not None
    assert results[1].refused.reason is Refusal.RATE


def test_a_trunk_that_is_full_carries_no_more(
    service: Service, agent: Agent, tmp_path: Path
) -> None:
    with service.callee(RINGS, tmp_path, calls=3) as rung:
        started = [
            service.dialling(number, waits=False) for number in itertools.islice(_numbers, 3)
        ]
        wait(started, 30)
        assert all(one.result().status is None for one in started)
        refused = service.dial(next(_numbers)).refused
        assert refused is not None
        assert refused.reason is Refusal.TRUNK_FULL
        for one in started:
            agent.ask("DELETE", f"channels/{one.result().call_id}")
        assert rung.is_as_expected()


def test_the_call_outlives_whoever_asked_for_it(
    service: Service, agent: Agent, tmp_path: Path
) -> None:
    number, settings = next(_numbers), service.may()
    command = (sys.executable, "-m", "voicebot", "dial", number, "--key", "appointment-7")
    environment = {
        **os.environ,
        **environment_of(settings),
        "VOICEBOT_BUSINESS_FILE": str(settings.business_file),
        "VOICEBOT_TRUNKS_FILE": str(settings.trunks_file),
    }
    with service.callee(ANSWERS, tmp_path, pause_ms=1_500) as rung:
        asking = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        until(lambda: rung.is_ringing, "it rings", 30)
        asking.send_signal(signal.SIGKILL)
        asking.communicate()
        start = agent.claim()
        call_id = start["channel"]["id"]
        again = service.dial(number, key="appointment-7")
        assert (again.was_placed_before, again.call_id, again.status) == (True, call_id, None)
        agent.ask("DELETE", f"channels/{call_id}")
        assert rung.is_as_expected()
        until(lambda: service.record(call_id), "the call is on record")
        # Only the end that Asterisk put on record is known, and the number may be rung anew.
        again = service.dial(number, key="appointment-7")
        assert (again.was_placed_before, again.status) == (True, DialStatus.ANSWERED)
        assert rung.log.count("INVITE sip:") == 1
    assert [kept.call.call_id for kept in service.kept() if kept.call.number == number] == [call_id]


def test_nothing_that_can_be_dialled_leads_to_placing_a_call(service: Service) -> None:
    own = service.node.console("dialplan show voicebot-outbound")
    everything = service.node.console("dialplan show")
    assert own.count("voicebot-outbound") == everything.count("voicebot-outbound")
