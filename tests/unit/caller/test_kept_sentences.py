"""The pauses of a call's sentences, kept and read."""

from pathlib import Path

import pytest

from tests.unit.caller.test_turn_figures import SENTENCE
from voicebot.caller.kept_sentences import FILE, keep_sentences, kept_sentences
from voicebot.errors import CallerError


def test_sentences_come_back_without_their_samples(tmp_path: Path) -> None:
    keep_sentences([SENTENCE, SENTENCE], tmp_path)
    found = kept_sentences(tmp_path)
    assert all(one.samples.size == 0 for one in found)
    assert [(one.name, one.voice, one.pauses) for one in found] == [
        (SENTENCE.name, SENTENCE.voice, SENTENCE.pauses)
    ] * 2


def test_a_damaged_list_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[{"name": "one"}]')
    with pytest.raises(CallerError, match=FILE):
        kept_sentences(tmp_path)
