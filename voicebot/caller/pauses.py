"""Where would a person pause within a recorded sentence, and how does it sound with such a pause?

Between two words, where the voice is down anyhow: that gap is made longer with the recording's
own background, so that the melody before and after it stays the speaker's. A gap that is a
pause already stays as it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from voicebot.caller.comparing import TimedWord
from voicebot.caller.sound import (
    RATE_HZ,
    WINDOW_MS,
    Samples,
    Span,
    joined,
    levels_dbfs,
    sounds,
    threshold_dbfs,
)

SHORTEST_GAP_MS = 60
# What is a pause without our doing.
NATURAL_MS = 200
LONGEST_MS = 1_000
# The recognizer's word times are so far off.
WORD_TIMES_OFF_MS = 80
WORDS_MIN = 5
# Before its first word, and after its last.
AROUND_MS = 60
BACKGROUND_MS = 60
_SENTENCE_ENDS = re.compile(r"[.?!][\"')]*$")


@dataclass(frozen=True, slots=True)
class Gap:
    """The voice is down between two words."""

    after: int  # index of the word before it
    span: Span

    @property
    def is_natural(self) -> bool:
        return self.span.length_ms >= NATURAL_MS


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a recording: its words' times and its gaps count from its own start."""

    name: str
    words: tuple[TimedWord, ...]
    samples: Samples
    gaps: tuple[Gap, ...]
    background: Samples  # of the recording

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Pause:
    """One pause of a sentence as it is played."""

    before: str  # the words said until then
    span: Span
    is_natural: bool


@dataclass(frozen=True, slots=True)
class PausedSentence:
    """A sentence with its pauses, ready to be played."""

    name: str
    text: str
    samples: Samples
    voice: Span  # from its first sound to its last
    pauses: tuple[Pause, ...]


def sentences_of(name: str, samples: Samples, words: Sequence[TimedWord]) -> tuple[Sentence, ...]:
    """The sentences of a recording that are long enough to pause in."""
    quiet = _quiet(samples)
    first = 0
    found: list[Sentence] = []
    for i, word in enumerate(words):
        if i + 1 < len(words) and not _SENTENCE_ENDS.search(word.text):
            continue
        own = tuple(words[first : i + 1])
        before_ms = words[first - 1].end_ms if first else 0
        after_ms = words[i + 1].start_ms if i + 1 < len(words) else _length_ms(samples)
        if len(own) >= WORDS_MIN:
            # From the quiet before it to the quiet after it, whatever the word times say.
            start_ms = _edge(quiet, before_ms, own[0].start_ms, is_start=True)
            end_ms = _edge(quiet, own[-1].end_ms, after_ms, is_start=False)
            found.append(_sentence(f"{name}-{len(found)}", samples, own, Span(start_ms, end_ms)))
        first = i + 1
    return tuple(found)


def paused(sentence: Sentence, lengths_ms: Sequence[int]) -> PausedSentence:
    """Each gap made as long as the length that stands for it; natural pauses stay."""
    parts: list[Samples] = []
    pauses: list[Pause] = []
    taken = added_ms = 0
    for gap, length_ms in zip(sentence.gaps, lengths_ms, strict=True):
        more_ms = 0 if gap.is_natural else max(0, length_ms - gap.span.length_ms)
        middle = _at((gap.span.start_ms + gap.span.end_ms) // 2)
        parts += [
            sentence.samples[taken:middle],
            np.resize(sentence.background, _at(more_ms)),
        ]
        taken = middle
        start_ms = gap.span.start_ms + added_ms
        added_ms += more_ms
        before = " ".join(word.text for word in sentence.words[: gap.after + 1])
        span = Span(start_ms, gap.span.end_ms + added_ms)
        pauses.append(Pause(before, span, gap.is_natural))
    parts.append(sentence.samples[taken:])
    samples = np.concatenate(parts)
    there = sounds(samples) or (Span(0, _length_ms(samples)),)
    voice = Span(there[0].start_ms, there[-1].end_ms)
    return PausedSentence(sentence.name, sentence.text, samples, voice, tuple(pauses))


def with_fewer_gaps(sentence: Sentence, most: int) -> Sentence:
    """Only its longest gaps: there a person pauses first."""
    longest = sorted(sentence.gaps, key=lambda gap: -gap.span.length_ms)[:most]
    gaps = tuple(gap for gap in sentence.gaps if gap in longest)
    return replace(sentence, gaps=gaps)


def background(samples: Samples) -> Samples:
    """The quietest moment of a recording, forwards and backwards, so that nothing clicks when it
    is repeated. The sound of a gap itself may be the tail of a vowel: repeated, it hums."""
    levels = levels_dbfs(samples)
    length = min(BACKGROUND_MS // WINDOW_MS, len(levels))
    if length == 0:
        return np.zeros(1, np.int16)
    power = np.convolve(10 ** (levels / 10), np.ones(length), mode="valid")
    start = _at(int(np.argmin(power)) * WINDOW_MS)
    own = samples[start : start + _at(length * WINDOW_MS)]
    return np.concatenate((own, own[::-1]))


def _sentence(name: str, samples: Samples, words: tuple[TimedWord, ...], span: Span) -> Sentence:
    own = samples[_at(span.start_ms) : _at(span.end_ms)]
    shifted = tuple(
        TimedWord(word.text, word.start_ms - span.start_ms, word.end_ms - span.start_ms)
        for word in words
    )
    return Sentence(name, shifted, own, _gaps(own, shifted), background(samples))


def _gaps(samples: Samples, words: Sequence[TimedWord]) -> tuple[Gap, ...]:
    quiet = [span for span in _quiet(samples) if SHORTEST_GAP_MS <= span.length_ms <= LONGEST_MS]
    gaps: list[Gap] = []
    for i in range(len(words) - 1):
        between_ms = (words[i].end_ms + words[i + 1].start_ms) // 2
        near = [
            span
            for span in quiet
            if span.start_ms - WORD_TIMES_OFF_MS <= between_ms <= span.end_ms + WORD_TIMES_OFF_MS
        ]
        longest = max(near, key=lambda span: span.length_ms, default=None)
        if longest is not None and (not gaps or gaps[-1].span != longest):
            gaps.append(Gap(i, longest))
    return tuple(gaps)


def _quiet(samples: Samples) -> tuple[Span, ...]:
    levels = levels_dbfs(samples)
    is_quiet = levels <= threshold_dbfs(levels)
    windows = (Span(int(i) * WINDOW_MS, (int(i) + 1) * WINDOW_MS) for i in np.flatnonzero(is_quiet))
    return joined(windows, 0)


def _edge(quiet: Sequence[Span], from_ms: int, until_ms: int, *, is_start: bool) -> int:
    """The edge of the longest quiet there, with a little of it; without one, the middle."""
    there = [
        span
        for span in quiet
        if span.end_ms >= from_ms - WORD_TIMES_OFF_MS
        and span.start_ms <= until_ms + WORD_TIMES_OFF_MS
    ]
    if not there:
        return (from_ms + until_ms) // 2
    longest = max(there, key=lambda span: span.length_ms)
    if is_start:
        return max(longest.start_ms, longest.end_ms - AROUND_MS)
    return min(longest.end_ms, longest.start_ms + AROUND_MS)


def _at(ms: int) -> int:
    return ms * RATE_HZ // 1000


def _length_ms(samples: Samples) -> int:
    return len(samples) * 1000 // RATE_HZ
