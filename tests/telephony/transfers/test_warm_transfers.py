"""A caller is handed to an operator, who first hears what the call is about."""

import time
from pathlib import Path

import pytest

from tests.polling import until
from tests.telephony.fallback import records
from tests.telephony.fallback.agent import Agent, running_agent
from tests.telephony.transfers.conftest import HZ, NUMBER
from tests.telephony.transfers.handing_over import (
    Tidings,
    answer_brief,
    handed_over,
    result_of,
    the_brief,
)
from tests.telephony.transfers.phones import CALLER_HZ, Operator, Telephone, calling

DEAD_AIR_S = 3.0
ANSWERS, HANGS_UP = (
    "uas-operator-answers-expect-bye",
    "uas-operator-answers-and-hangs-up-expect-200",
)
DECLINES, RINGS = "uas-operator-declines-expect-ack", "uas-operator-rings-expect-cancel"

Operators = dict[str, Operator]


def _speak_with_each_other(caller: Telephone, operator: Telephone, hz: int) -> None:
    now_s = time.monotonic()
    until(lambda: operator.headset.hears(CALLER_HZ, now_s), "the operator hears the caller")
    until(lambda: caller.headset.hears(hz, now_s), "the caller hears the operator")


def test_an_operator_who_takes_the_call_speaks_with_the_caller(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    caller_id = "+4940000001"
    with (
        operators["kim"].waits(HANGS_UP, tmp_path, pause_ms=4_000) as kim,
        calling(agent.node, NUMBER, caller_id, tmp_path) as caller,
    ):
        call = handed_over(agent, "office")
        begun_s = time.monotonic()
        leg = the_brief(agent)
        assert leg["args"] == ["brief", call, "kim"]
        # The brief takes its time.
        until(lambda: caller.headset.hears_sound(begun_s), "the caller hears music")
        answer_brief(agent, leg, "take")
        _speak_with_each_other(caller, kim, HZ["kim"])
        assert caller.headset.longest_silence_s(begun_s, time.monotonic()) < DEAD_AIR_S
        # Kim hangs up, and so the call is over.
        assert caller.is_as_expected()
        assert kim.is_as_expected()
    record = records.line_of(agent.node, caller_id)
    assert (record["handled_by"], record["operator"]) == ("operator", "kim")
    assert [line for line in records.lines(agent.node) if line["linkedid"] == call] == [record]


def test_the_agent_is_told_how_the_transfer_goes(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    with (
        operators["kim"].waits(HANGS_UP, tmp_path, pause_ms=1_500) as kim,
        calling(agent.node, NUMBER, "+4940000002", tmp_path) as caller,
    ):
        call = handed_over(agent, "office")
        tidings = Tidings.of(agent, call, until="StasisStart")
        assert tidings.states == ["ringing"]
        answer_brief(agent, tidings.last, "take")
        tidings = Tidings.of(agent, call, until="ChannelDestroyed")
        assert tidings.operators == ["kim"]
        assert tidings.states == ["ended"]
        assert caller.is_as_expected()
        assert kim.is_as_expected()


def test_a_caller_whom_the_only_operator_declines_is_back_at_once(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    with (
        operators["kim"].waits(ANSWERS, tmp_path) as kim,
        calling(agent.node, NUMBER, "+4940000003", tmp_path) as caller,
    ):
        call = handed_over(agent, "office")
        answer_brief(agent, the_brief(agent), "decline")
        assert result_of(agent, call) == "declined"
        assert kim.is_as_expected()
        agent.ask("DELETE", f"channels/{call}")
        assert caller.is_as_expected()
    # It is the agent's call again.
    assert records.line_of(agent.node, "+4940000003")["handled_by"] == "agent"


def test_an_operator_who_hangs_up_on_the_brief_has_declined(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    with (
        operators["kim"].waits(HANGS_UP, tmp_path, pause_ms=300),
        calling(agent.node, NUMBER, "+4940000004", tmp_path) as caller,
    ):
        call = handed_over(agent, "office")
        the_brief(agent)
        assert result_of(agent, call) == "declined"
        agent.ask("DELETE", f"channels/{call}")
        assert caller.is_as_expected()


def test_when_one_operator_declines_another_is_asked(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    caller_id = "+4940000005"
    with (
        operators["maria"].waits(DECLINES, tmp_path, pause_ms=50) as maria,
        operators["joan"].waits(HANGS_UP, tmp_path, pause_ms=3_000) as joan,
        calling(agent.node, NUMBER, caller_id, tmp_path) as caller,
    ):
        handed_over(agent, "workshop")
        leg = the_brief(agent)
        assert leg["args"][2] == "joan"
        assert maria.is_as_expected()
        answer_brief(agent, leg, "take")
        _speak_with_each_other(caller, joan, HZ["joan"])
        assert caller.is_as_expected()
    assert records.line_of(agent.node, caller_id)["operator"] == "joan"


def test_whoever_picks_up_first_silences_the_other_phones(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    with (
        operators["maria"].waits(RINGS, tmp_path) as maria,
        operators["joan"].waits(ANSWERS, tmp_path, pause_ms=500) as joan,
        calling(agent.node, NUMBER, "+4940000006", tmp_path) as caller,
    ):
        call = handed_over(agent, "workshop")
        leg = the_brief(agent)
        assert maria.is_as_expected()
        # Joan declines: now Maria's phone rings again.
        with operators["maria"].waits(ANSWERS, tmp_path) as maria_again:
            answer_brief(agent, leg, "decline")
            second = the_brief(agent)
            assert second["args"] == ["brief", call, "maria"]
            answer_brief(agent, second, "take")
            _speak_with_each_other(caller, maria_again, HZ["maria"])
            agent.ask("DELETE", f"channels/{call}")
            assert maria_again.is_as_expected()
        assert joan.is_as_expected()
        assert caller.is_as_expected()


def test_a_caller_whom_nobody_answers_hears_music_and_is_back_in_time(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    with (
        operators["kim"].waits(RINGS, tmp_path) as kim,
        calling(agent.node, NUMBER, "+4940000007", tmp_path) as caller,
    ):
        call = handed_over(agent, "office")
        begun_s = time.monotonic()
        assert result_of(agent, call, limit_s=12) == "no_answer"
        assert caller.headset.longest_silence_s(begun_s, time.monotonic()) < DEAD_AIR_S
        assert kim.is_as_expected()
        agent.ask("DELETE", f"channels/{call}")


def test_a_caller_who_hangs_up_stops_the_ringing(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    caller_id = "+4940000008"
    with (
        operators["maria"].waits(RINGS, tmp_path) as maria,
        operators["joan"].waits(RINGS, tmp_path) as joan,
        calling(agent.node, NUMBER, caller_id, tmp_path, stay_ms=1_500) as caller,
    ):
        handed_over(agent, "workshop")
        assert caller.is_as_expected()
        assert maria.is_as_expected()
        assert joan.is_as_expected()
    assert records.line_of(agent.node, caller_id)["handled_by"] == "agent"


def test_a_caller_who_hangs_up_ends_the_brief(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    with (
        operators["kim"].waits(ANSWERS, tmp_path) as kim,
        calling(agent.node, NUMBER, "+4940000009", tmp_path, stay_ms=2_000) as caller,
    ):
        handed_over(agent, "office")
        the_brief(agent)
        assert caller.is_as_expected()
        assert kim.is_as_expected()


def test_a_caller_who_hangs_up_ends_the_conversation(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    caller_id = "+4940000010"
    with (
        operators["kim"].waits(ANSWERS, tmp_path) as kim,
        calling(agent.node, NUMBER, caller_id, tmp_path, stay_ms=4_000) as caller,
    ):
        handed_over(agent, "office")
        answer_brief(agent, the_brief(agent), "take")
        _speak_with_each_other(caller, kim, HZ["kim"])
        assert caller.is_as_expected()
        assert kim.is_as_expected()
    assert records.line_of(agent.node, caller_id)["operator"] == "kim"


@pytest.mark.parametrize(("key", "is_taken"), [("1", True), ("2", False)])
def test_without_its_agent_the_operator_is_asked_by_recorded_prompts(
    agent: Agent, operators: Operators, tmp_path: Path, key: str, is_taken: bool
) -> None:
    caller_id = f"+494000002{key}"
    with (
        operators["kim"].waits(ANSWERS, tmp_path) as kim,
        calling(agent.node, NUMBER, caller_id, tmp_path) as caller,
    ):
        call = handed_over(agent, "office", by="voicebot-gone-1")
        begun_s = time.monotonic()
        until(lambda: kim.headset.hears_sound(begun_s), "the operator hears the prompts")
        kim.headset.press(key)
        if is_taken:
            _speak_with_each_other(caller, kim, HZ["kim"])
        else:
            # Any other agent goes on with the call.
            assert agent.await_event("CallBroadcast")["channel"]["id"] == call
            agent.ask("POST", "events/claim", channelId=call, application=agent.app)
            assert result_of(agent, call) == "declined"
        agent.ask("DELETE", f"channels/{call}")
        assert kim.is_as_expected()
        assert caller.is_as_expected()
    assert records.line_of(agent.node, caller_id)["operator"] == ("kim" if is_taken else "")


def test_a_brief_whose_agent_died_goes_on_with_the_recorded_prompts(
    agent: Agent, operators: Operators, tmp_path: Path
) -> None:
    with (
        operators["kim"].waits(ANSWERS, tmp_path) as kim,
        calling(agent.node, NUMBER, "+4940000023", tmp_path) as caller,
    ):
        with running_agent(agent.node, "voicebot-test-2") as doomed:
            call = handed_over(agent, "office", by=doomed.app)
            leg = the_brief(doomed)["channel"]["id"]
        died_s = time.monotonic()
        # As the guardian does.
        agent.ask("POST", f"channels/{leg}/continue")
        until(lambda: kim.headset.hears_sound(died_s), "the operator hears the prompts")
        kim.headset.press("1")
        _speak_with_each_other(caller, kim, HZ["kim"])
        agent.ask("DELETE", f"channels/{call}")
        assert kim.is_as_expected()
