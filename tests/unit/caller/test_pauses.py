"""Pauses within recorded sentences."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voicebot.caller.comparing import TimedWord
from voicebot.caller.pauses import Sentence, background, paused, sentences_of, with_fewer_gaps
from voicebot.caller.sound import RATE_HZ, Samples, sounds

WORD_MS, GAP_MS = 300, 100


def speech(words: int, gap_ms: int = GAP_MS) -> tuple[Samples, tuple[TimedWord, ...]]:
    """Bursts of noise for words, with near-silence between and around them."""
    dice = np.random.default_rng(1)
    period_ms = WORD_MS + gap_ms
    samples = dice.normal(0, 5, (words * period_ms + gap_ms) * RATE_HZ // 1000)
    timed = []
    for i in range(words):
        start_ms = gap_ms + i * period_ms
        start, end = start_ms * RATE_HZ // 1000, (start_ms + WORD_MS) * RATE_HZ // 1000
        samples[start:end] = dice.normal(0, 3_000, end - start)
        timed.append(TimedWord(f"word{i}", start_ms, start_ms + WORD_MS))
    return samples.astype(np.int16), tuple(timed)


def only_sentence(words: int = 6, gap_ms: int = GAP_MS) -> Sentence:
    (sentence,) = sentences_of("one", *speech(words, gap_ms))
    return sentence


def test_every_gap_between_words_is_found() -> None:
    sentence = only_sentence()
    assert [gap.after for gap in sentence.gaps] == [0, 1, 2, 3, 4]
    assert not any(gap.is_natural for gap in sentence.gaps)


def test_a_recording_is_split_where_its_sentences_end() -> None:
    samples, words = speech(12)
    ended = tuple(
        TimedWord(f"{word.text}." if i == 5 else word.text, word.start_ms, word.end_ms)
        for i, word in enumerate(words)
    )
    first, second = sentences_of("two", samples, ended)
    assert first.text.endswith("word5.")
    assert [len(one.gaps) for one in (first, second)] == [5, 5]
    assert len(sounds(first.samples)) == 6


def test_what_is_too_short_to_pause_in_is_left_out() -> None:
    assert sentences_of("short", *speech(4)) == ()


def test_natural_pauses_stay_as_they_are() -> None:
    sentence = only_sentence(gap_ms=300)
    result = paused(sentence, [900] * len(sentence.gaps))
    assert all(pause.is_natural for pause in result.pauses)
    assert np.array_equal(result.samples, sentence.samples)


def test_only_the_longest_gaps_are_kept() -> None:
    assert len(with_fewer_gaps(only_sentence(), 2).gaps) == 2


@given(st.lists(st.integers(200, 1_000), min_size=5, max_size=5))
def test_a_pause_is_silent_and_as_long_as_asked(lengths_ms: list[int]) -> None:
    result = paused(only_sentence(), lengths_ms)
    for pause, length_ms in zip(result.pauses, lengths_ms, strict=True):
        assert pause.span.length_ms == length_ms
    bursts = sounds(result.samples)
    assert len(bursts) == 6
    silent_ms = [later.start_ms - earlier.end_ms for earlier, later in pairwise(bursts)]
    for heard_ms, length_ms in zip(silent_ms, lengths_ms, strict=True):
        assert abs(heard_ms - length_ms) <= 20
    assert (result.voice.start_ms, result.voice.end_ms) == (bursts[0].start_ms, bursts[-1].end_ms)


def test_the_background_is_the_quietest_moment() -> None:
    samples, _ = speech(6)
    assert np.max(np.abs(background(samples))) < 50
    assert len(background(samples[:3])) == 1
