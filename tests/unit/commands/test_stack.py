import pytest

from voicebot.commands.stack import duration, in_words
from voicebot.stack.stack import ProgramStatus
from voicebot.stack.supervisor_control import ProcessState


@pytest.mark.parametrize("state", ProcessState)
def test_every_state_has_its_word(state: ProcessState) -> None:
    assert in_words(ProgramStatus("redis", state, None, 0.0, is_ready=False))


def test_what_is_ready_is_called_so() -> None:
    assert in_words(ProgramStatus("redis", ProcessState.RUNNING, 1, 0.0, is_ready=True)) == "ready"


@pytest.mark.parametrize(
    ("passed_s", "words"),
    [(0.4, "0 s"), (59.9, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (7620, "2 h 7 min")],
)
def test_durations_are_told_in_two_units(passed_s: float, words: str) -> None:
    assert duration(passed_s) == words
