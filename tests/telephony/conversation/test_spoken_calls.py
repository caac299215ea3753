"""A caller dials, speaks and is answered, through everything real."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest

from tests.polling import until
from tests.telephony.accounting import Accounts
from tests.telephony.conversation.calling import Line, PlacedCall
from tests.telephony.dead_air import DeadAir
from tests.telephony.failures.breaking import go, ready
from voicebot.caller.audio_files import write_wav
from voicebot.caller.listening import contains_words
from voicebot.caller.sound import RATE_HZ
from voicebot.calls.model import AnswerSource, HandledBy, Outcome
from voicebot.stack.stack import Stack

# An agent that other work keeps from the processor may be late for all of four calls.
ROUNDS = 3
HEARD_SHARE = 0.7  # the recognizer may miss a word of the right answer


@pytest.fixture(scope="module", autouse=True)
def silent_call(
    running_stack: Stack,
    accounts: Accounts,
    dead_air: DeadAir,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[], PlacedCall]]:
    """Somebody who says nothing for half a minute, while others talk. Gives the call's end."""
    directory = tmp_path_factory.mktemp("silent")
    silence = directory / "silence.wav"
    write_wav(silence, np.zeros(60 * RATE_HZ, dtype=np.int16))
    line = Line(running_stack, directory, dead_air)
    number, process = line.start("--wav", str(silence))
    finish = cache(lambda: line.finish(number, process))
    yield finish
    finish()


def test_questions_are_answered_word_for_word_and_the_call_is_on_record(line: Line) -> None:
    placed = line.call(
        "--say", "What are your opening hours?",
        "--say", "How much does a tune-up cost?",
        "--say", "Thank you, that's all. Goodbye.",
    )  # fmt: skip
    heard = placed.heard()
    hours, price = (line.business.fact(name).answer for name in ("opening-hours", "tune-up-price"))
    assert hours is not None
    assert price is not None
    assert contains_words(heard[0], line.business.opening) >= HEARD_SHARE
    assert contains_words(heard[1], hours) >= HEARD_SHARE
    assert contains_words(heard[2], price) >= HEARD_SHARE
    # Farewells are never cut.
    assert contains_words(heard[3], line.business.phrases.farewell) >= HEARD_SHARE
    assert placed.report["hung_up_by"] == "agent"

    record = line.record_of(placed)
    assert record.outcome is Outcome.RESOLVED
    assert record.handled_by is HandledBy.AGENT
    assert record.hangup_cause == 16
    assert record.facts.called_number == line.business.dids[0]
    assert [turn.number for turn in record.turns] == [0, 1, 2, 3]
    assert record.turns[1].fact_id == "opening-hours"
    assert record.turns[1].source is AnswerSource.FACT
    assert record.turns[1].said_heard == hours
    timings = record.turns[2].timings
    assert timings.endpointing_ms is not None
    assert timings.recognition_ms is not None
    assert timings.retrieval_ms is not None
    assert timings.synthesis_ms is not None
    assert timings.total_ms is not None
    assert record.recording_caller is None


def test_small_talk_is_answered_by_the_model_and_states_no_fact(line: Line) -> None:
    placed = line.call("--say", "I had a lovely day at the lake yesterday.")
    turn = line.record_of(placed).turns[1]
    assert turn.heard
    assert turn.said_heard
    assert turn.source is not AnswerSource.FACT
    assert placed.turns[1]["answer"] is not None


def test_an_alaw_caller_is_served_without_transcoding(line: Line) -> None:
    placed = line.call("--codec", "alaw", "--say", "What is your address?")
    record = line.record_of(placed)
    assert record.facts.codec == "alaw"
    answer = line.business.fact("address").answer
    assert answer is not None
    assert contains_words(placed.heard()[1], answer) >= HEARD_SHARE


def test_a_caller_who_speaks_up_silences_the_agent_and_history_holds_only_what_was_heard(
    line: Line,
) -> None:
    placed = line.call(
        "--interrupt-after", "1.5",
        "--say", "What are your opening hours?",
        "--say", "Sorry, I meant, where is your shop?",
    )  # fmt: skip
    turns = line.record_of(placed).turns
    cut = next(turn for turn in turns if turn.fact_id == "opening-hours")
    assert cut.was_interrupted
    assert cut.said.startswith(cut.said_heard)
    assert len(cut.said_heard) < len(cut.said)
    assert turns[-1].fact_id == "address"
    assert not turns[-1].was_interrupted


def test_a_silent_caller_is_asked_twice_and_sent_off_politely(
    line: Line, silent_call: Callable[[], PlacedCall]
) -> None:
    placed = silent_call()
    record = line.record_of(placed)
    phrases = line.business.phrases
    assert [turn.said_heard for turn in record.turns] == [
        line.business.opening,
        phrases.still_there_first,
        phrases.still_there_second,
        phrases.silent_farewell,
    ]
    assert record.outcome is Outcome.ABANDONED
    assert placed.report["hung_up_by"] == "agent"


def test_a_caller_who_hangs_up_leaves_one_record_and_nothing_else(line: Line) -> None:
    placed = line.call("--patience-s", "0.3")
    record = line.record_of(placed)
    assert record.outcome is Outcome.ABANDONED
    until(lambda: not line.left_in_asterisk(), "no channel or bridge is left", 10)


def test_several_calls_at_once_are_all_answered_by_more_than_one_agent(line: Line) -> None:
    agents: set[str] = set()
    for _ in range(ROUNDS):
        # A caller takes long to get ready, and no two take equally long.
        started = [line.prepare("--say", "Can I pay with a credit card?") for _ in range(4)]
        for _, process in started:
            ready(process)
        for _, process in started:
            go(process)
        placed = [line.finish(*one) for one in started]
        records = [line.record_of(one) for one in placed]
        assert all(one.report["is_held"] for one in placed)
        assert all(record.handled_by is HandledBy.AGENT for record in records)
        assert {record.turns[1].fact_id for record in records} == {"payment"}
        agents |= {record.agent for record in records}
        if len(agents) > 1:
            break
    assert len(agents) > 1
    until(lambda: not line.left_in_asterisk(), "no channel or bridge is left", 10)
