import sys
from pathlib import Path

import pytest

from voicebot.caller.listening import Heard, transcribe
from voicebot.errors import CallerError

NAMES = [Path("a.wav"), Path("b.wav")]


def recognizer(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import json, sys\n{script}")


def test_each_recording_gets_its_words_in_order() -> None:
    echo = recognizer("for f in sys.argv[1:]: print(json.dumps({'file': f, 'text': ' in ' + f}))")
    assert transcribe(NAMES, echo) == [
        Heard(NAMES[0], "in a.wav"),
        Heard(NAMES[1], "in b.wav"),
    ]


def test_nothing_to_hear_asks_nobody() -> None:
    assert transcribe([], ("/nowhere/program",)) == []


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("print('{}')", "not understood"),
        ("print('no json')", "not understood"),
        ("print('[1]')", "not understood"),
        ("""print('{"text": "one"}')""", "1 transcripts came back for 2"),
    ],
)
def test_output_that_does_not_fit_is_an_error(script: str, complaint: str) -> None:
    with pytest.raises(CallerError, match=complaint):
        transcribe(NAMES, recognizer(script))
