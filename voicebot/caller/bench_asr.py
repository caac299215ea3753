"""Is the recognizer's live path as good as its full window, and how much faster?

Both hear the same recordings in the same run, one after the other. The live path is held to
half a point of word error rate and 40 % of the time.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voicebot.caller.audio_files import read_wav, write_wav
from voicebot.caller.bench_figures import Distribution
from voicebot.caller.comparing import FULL, LIVE, Compared, Listening, compare, telephone
from voicebot.caller.recordings import HumanRecording
from voicebot.caller.sound import RATE_HZ
from voicebot.caller.word_errors import WordErrors, total, word_errors

POINTS_MAX = 0.5
TIME_SHARE_MAX = 0.40
# What is longer is never heard at once: calls split it, and so does the window.
LONGEST_S = 28


@dataclass(frozen=True, slots=True)
class HeardBothWays:
    """One recording and what became of it."""

    recording: HumanRecording
    heard: Compared

    def errors(self, way: str) -> WordErrors:
        return word_errors(self.heard.ways[way].text, self.recording.text)


@dataclass(frozen=True, slots=True)
class WayFigures:
    """One way's figures over all recordings."""

    errors: WordErrors
    mean_ms: float
    time_ms: Distribution


@dataclass(frozen=True, slots=True)
class AsrFigures:
    """Both ways', and what lies between them."""

    recordings: int
    live: WayFigures
    full: WayFigures
    heard_again: tuple[tuple[str, int], ...]  # reason and count

    @property
    def points(self) -> float:
        """By how many points of WER the live path is worse."""
        return round(100 * (self.live.errors.rate - self.full.errors.rate), 2)

    @property
    def time_share(self) -> float:
        return round(self.live.mean_ms / self.full.mean_ms, 3)


def hear_both_ways(
    recordings: Sequence[HumanRecording], bench_dir: Path
) -> tuple[HeardBothWays, ...]:
    """Leaves the telephone audio that was heard in `bench_dir`. Raises CallerError."""
    bench_dir.mkdir(parents=True, exist_ok=True)
    asked, those = [], []
    for recording in recordings:
        samples = read_wav(recording.file)
        if len(samples) > LONGEST_S * RATE_HZ:
            continue
        file = bench_dir / f"{recording.name.replace('/', '-')}.wav"
        write_wav(file, telephone(samples))
        asked.append(Listening(file, ways=(LIVE, FULL)))
        those.append(recording)
    heard = compare(asked)
    return tuple(HeardBothWays(one, its) for one, its in zip(those, heard, strict=True))


def asr_figures(heard: Sequence[HeardBothWays]) -> AsrFigures:
    """`heard` holds at least one."""
    reasons = Counter(one.heard.ways[LIVE].heard_again for one in heard)
    del reasons[""]
    return AsrFigures(
        recordings=len(heard),
        live=_way(heard, LIVE),
        full=_way(heard, FULL),
        heard_again=tuple(reasons.most_common()),
    )


def _way(heard: Sequence[HeardBothWays], way: str) -> WayFigures:
    times_ms = [one.heard.ways[way].time_ms for one in heard]
    spread = Distribution.of(round(time_ms) for time_ms in times_ms)
    assert spread is not None, "at least one recording was heard"
    return WayFigures(
        errors=total(one.errors(way) for one in heard),
        mean_ms=round(sum(times_ms) / len(times_ms), 1),
        time_ms=spread,
    )
