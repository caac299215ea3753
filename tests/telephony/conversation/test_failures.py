"""What a caller meets when a part of ours dies."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.polling import until
from tests.stack_fixture import stack_for_tests
from tests.telephony.accounting import accounted
from tests.telephony.conversation.calling import Line
from tests.telephony.dead_air import DeadAir
from tests.telephony.failures.breaking import HEARD_SHARE, broken, stuttering
from voicebot.caller.listening import contains_words
from voicebot.calls.model import HandledBy, Outcome
from voicebot.store.call_transcripts import SqlCallTranscripts

READ_LIMIT_S = 60


@pytest.fixture(scope="module")
def breakable_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A stack of its own, with one agent, to be broken."""
    directory = tmp_path_factory.mktemp("broken")
    with stack_for_tests(directory / "state", agent_processes=1) as stack, accounted(stack):
        # Whoever speaks to the voicemail waits for no answer: that is no dead air.
        yield Line(stack, directory)


def test_a_call_whose_agent_is_killed_reaches_the_apology_and_is_on_record(
    breakable_line: Line,
) -> None:
    line = breakable_line
    number, caller = line.start("--patience-s", "25", "--say", "What are your opening hours?")
    until(line.is_talking, "caller and agent are bridged", 30)
    agent = next(one for one in line.stack.status() if one.name == "agent-1")
    assert agent.pid is not None
    os.kill(agent.pid, signal.SIGKILL)
    line.finish(number, caller)
    assert line.record_from(number).handled_by is HandledBy.DIALPLAN
    # What it had said and heard until then is found in its context.
    until(lambda: line.record_from(number).turns, "the call is salvaged", 30)
    record = line.record_from(number)
    assert record.turns[0].said == line.business.opening
    assert record.agent
    assert record.outcome in (Outcome.MESSAGE_TAKEN, Outcome.FAILED)
    until(lambda: not line.left_in_asterisk(), "nothing is left in Asterisk", 10)


def test_a_call_when_an_agent_is_stopped_goes_on_in_the_dialplan(breakable_line: Line) -> None:
    line = breakable_line
    until(lambda: all(one.is_ready for one in line.stack.status()), "all are ready again", 60)
    number, caller = line.start("--patience-s", "25", "--say", "What are your opening hours?")
    until(line.is_talking, "caller and agent are bridged", 30)
    agent = next(one for one in line.stack.status() if one.name == "agent-1")
    assert agent.pid is not None
    os.kill(agent.pid, signal.SIGTERM)
    line.finish(number, caller)
    record = line.record_from(number)
    assert record.handled_by is HandledBy.DIALPLAN


def test_a_caller_whose_answer_is_late_hears_a_filler_and_then_the_answer(
    breakable_line: Line, dead_air: DeadAir
) -> None:
    line = breakable_line
    until(lambda: all(one.is_ready for one in line.stack.status()), "all are ready again", 60)
    with stuttering(line, "worker-llm"):
        # The filler alone is not taken for the answer.
        patient = ("--patience-s", "15", "--pause-ms", "6000")
        placed = line.call(*patient, "--say", "I had a lovely day at the lake.")
    dead_air.heard(*placed.waits_ms)
    filler = line.business.phrases.fillers[0]
    heard = " ".join(placed.heard())
    assert contains_words(heard, filler) >= HEARD_SHARE
    said = line.record_of(placed).turns[1].said
    assert said
    assert filler not in said  # it is no answer
    assert contains_words(heard, said) >= HEARD_SHARE


# Behind all that need models: agents give them up for a while then.
def test_a_caller_is_told_when_no_worker_can_recognise(
    breakable_line: Line, dead_air: DeadAir
) -> None:
    line = breakable_line
    until(lambda: all(one.is_ready for one in line.stack.status()), "all are ready again", 60)
    number, caller = line.start("--patience-s", "15", "--say", "What are your opening hours?")
    # Whoever rings once this is known is not let in.
    until(line.is_talking, "caller and agent are bridged", 30)
    with broken(line, signal.SIGSTOP, "worker-stt"):
        placed = line.finish(number, caller)
    dead_air.heard(*placed.waits_ms)
    record = line.record_of(placed)
    assert record.turns[1].said_heard == line.business.phrases.not_understood


def test_recorded_calls_keep_both_directions_apart_and_are_read_word_by_word(
    tmp_path: Path,
) -> None:
    business = tmp_path / "recorded.yaml"
    business.write_text(
        "name: Recorder\n"
        "dids: ['1000']\n"
        "persona: You answer the telephone.\n"
        "greeting: You are speaking with a machine. How can I help you?\n"
        "recording: {enabled: true, announcement: This call is recorded.}\n"
        "facts:\n"
        "  - {id: colour, topic: the colour, answer: The colour is blue., "
        "questions: ['Which colour is it?']}\n"
    )
    with (
        stack_for_tests(
            tmp_path / "s", agent_processes=1, business_file=business, reads_recordings=True
        ) as stack,
        accounted(stack),
    ):
        line = Line(stack, tmp_path)
        placed = line.call("--say", "Which colour is it?")
        record = line.record_of(placed)
        assert record.turns[0].said_heard.startswith("This call is recorded.")
        assert record.recording_caller is not None
        assert record.recording_agent is not None
        for name in (record.recording_caller, record.recording_agent):
            size = (stack.settings.state_dir / name).stat().st_size
            assert size > 16_000 * 3, "at least three seconds of 16-bit audio at 8 kHz"
        transcript = until(
            lambda: line.look_up(
                lambda database: SqlCallTranscripts(database).of_call(record.facts.call_id)
            ),
            "the recordings are read",
            READ_LIMIT_S,
        )
        said = {line.speaker: line.text.lower() for line in transcript.lines[-2:]}
        assert "blue" in said["agent"]
        assert "is it" in said["caller"]
        words = [word for line in transcript.lines for word in line.words]
        assert all(word.start_ms <= word.end_ms for word in words)
