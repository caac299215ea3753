"""How much of what was queued the caller has heard."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.calls.model import PhraseId
from voicebot.turns.playback import HeardPhrase, Unit, heard_of, heard_words

TEXT = "Most repairs are done within two days."


def queue(*queued_ms: int) -> list[tuple[PhraseId, int]]:
    return [(PhraseId(f"1.1.{place}"), ms) for place, ms in enumerate(queued_ms)]


def heard_ms(*queued_ms: int, unheard_ms: int) -> list[int]:
    return [phrase.heard_ms for phrase in heard_of(queue(*queued_ms), unheard_ms)]


def test_what_was_dropped_is_missing_from_the_end() -> None:
    assert heard_ms(1000, 800, 600, unheard_ms=900) == [1000, 500, 0]


def test_everything_was_heard_when_nothing_was_dropped() -> None:
    assert heard_ms(1000, 800, unheard_ms=0) == [1000, 800]


def test_nothing_was_heard_when_all_was_dropped() -> None:
    assert heard_ms(1000, 800, unheard_ms=5000) == [0, 0]


def test_nothing_queued_is_nothing_heard() -> None:
    assert heard_of([], 100) == ()


phrases = st.lists(st.integers(0, 5_000), max_size=8)


@given(phrases, st.integers(-100, 50_000))
def test_heard_and_unheard_make_up_the_queue(queued: list[int], unheard_ms: int) -> None:
    heard = heard_of(queue(*queued), unheard_ms)
    assert [phrase.phrase_id for phrase in heard] == [phrase_id for phrase_id, _ in queue(*queued)]
    missing = sum(phrase.queued_ms - phrase.heard_ms for phrase in heard)
    assert missing == min(max(unheard_ms, 0), sum(queued))
    assert all(0 <= phrase.heard_ms <= phrase.queued_ms for phrase in heard)


@given(phrases, st.integers(0, 50_000))
def test_a_later_phrase_is_heard_only_after_all_of_an_earlier_one(
    queued: list[int], unheard_ms: int
) -> None:
    heard = heard_of(queue(*queued), unheard_ms)
    for earlier, later in pairwise(heard):
        assert later.heard_ms == 0 or earlier.heard_ms == earlier.queued_ms


def plain(text: str) -> list[Unit]:
    return [Unit(word, word) for word in text.split()]


def test_what_is_said_as_a_whole_is_heard_as_a_whole() -> None:
    units = [Unit("It's", "It's"), Unit("$89", "eighty-nine dollars"), Unit("now.", "now.")]
    assert heard_words(units, 500, 1000) == "It's"
    assert heard_words(units, 850, 1000) == "It's $89"


@pytest.mark.parametrize(
    ("heard_ms", "words"),
    [
        (0, ""),
        (100, ""),
        (500, "Most repairs are"),
        (999, "Most repairs are done within two"),
        (1000, TEXT),
        (1500, TEXT),
    ],
)
def test_words_are_heard_in_proportion(heard_ms: int, words: str) -> None:
    assert heard_words(plain(TEXT), heard_ms, 1000) == words


def test_a_phrase_without_audio_was_not_heard() -> None:
    assert heard_words(plain(TEXT), 500, 0) == ""


def test_of_a_phrase_still_being_made_no_more_is_heard_than_can_be_said() -> None:
    """All of its first half second was played, and yet not all of its words."""
    assert heard_words(plain(TEXT), 500, 500, is_complete=False) == "Most"
    assert heard_words(plain(TEXT), 60_000, 60_000, is_complete=False) == TEXT


def test_the_phrase_still_being_made_is_told_apart() -> None:
    heard = heard_of(queue(1000, 300), 100, unfinished=PhraseId("1.1.1"))
    assert heard == (
        HeardPhrase(PhraseId("1.1.0"), 1000, 1000),
        HeardPhrase(PhraseId("1.1.1"), 200, 300, is_complete=False),
    )


texts = st.text(st.characters(codec="utf-8"), max_size=80)


@given(texts, st.integers(0, 3_000), st.integers(0, 3_000), st.booleans())
def test_whole_words_from_the_beginning_are_heard(
    text: str, heard_ms: int, queued_ms: int, is_complete: bool
) -> None:
    words = heard_words(plain(text), heard_ms, queued_ms, is_complete=is_complete).split()
    assert words == text.split()[: len(words)]


@given(texts, st.lists(st.integers(0, 3_000), min_size=2, max_size=2), st.integers(1, 3_000))
def test_who_hears_longer_hears_no_fewer_words(text: str, heard: list[int], queued_ms: int) -> None:
    less, more = sorted(heard)
    fewer = heard_words(plain(text), less, queued_ms).split()
    assert len(fewer) <= len(heard_words(plain(text), more, queued_ms).split())
