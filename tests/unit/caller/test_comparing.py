"""The recognizer as a process that hears recordings both ways."""

import sys
from pathlib import Path

import numpy as np
import pytest

from voicebot.caller.comparing import FULL, LIVE, Listening, TimedWord, compare, telephone
from voicebot.errors import CallerError

ECHO = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    told = {"file": asked["file"], "words": [["Hello.", 100, 400]] if asked["text"] else []}
    for way in asked["ways"]:
        told[way] = {"text": way, "time_ms": 12.5, "heard_again": ""}
    print(json.dumps(told))
"""


def process(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


def test_every_file_is_heard_in_the_ways_it_was_asked_for() -> None:
    one = Listening(Path("one.wav"), "Hello.", (FULL,))
    both = Listening(Path("two.wav"), ways=(LIVE, FULL))
    first, second = compare([one, both], process(ECHO))
    assert first.words == (TimedWord("Hello.", 100, 400),)
    assert (list(first.ways), list(second.ways)) == ([FULL], [LIVE, FULL])
    assert second.ways[LIVE].time_ms == 12.5
    assert second.words == ()


@pytest.mark.parametrize(
    "program",
    [
        "import sys; sys.exit('no weights')",
        "print('not json')",
        "print('{}'); print('{}')",
    ],
)
def test_a_recognizer_that_fails_is_complained_of(program: str) -> None:
    with pytest.raises(CallerError):
        compare([Listening(Path("one.wav"))], process(program))


def test_telephone_audio_stays_as_it_is_on_a_second_line() -> None:
    samples = np.arange(-30_000, 30_000, 7).astype(np.int16)
    once = telephone(samples)
    assert np.array_equal(telephone(once), once)
