"""Did the agent wait until its callers had said all, and how long did it wait then?

A cut-in: the agent becomes audible before the caller's sentence is over. The pause that it
took for the end is the last that had begun by then; those after it prove nothing any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from voicebot.caller.bench_figures import Distribution
from voicebot.caller.pauses import Pause, PausedSentence
from voicebot.caller.sound import Span

CUT_INS_PERCENT_MAX = 3.0
# Pauses up to here the target is about.
SHORT_MS = 600
EDGES_MS = (0, 250, 350, 450, 550, SHORT_MS + 1, 800, 2_000)
# Both recordings are read in frames of 20 ms.
FRAME_MS = 20


@dataclass(frozen=True, slots=True)
class HeardPause:
    """One pause, and whether the agent took it for the end."""

    sentence: str
    before: str
    length_ms: int
    is_natural: bool
    is_cut_in: bool


@dataclass(frozen=True, slots=True)
class HeardSentence:
    """What became of one sentence."""

    name: str
    pauses: tuple[HeardPause, ...]
    is_cut_elsewhere: bool  # by what the agent had begun before the first pause
    dead_air_ms: int | None  # None: cut in on, or never answered


def heard_sentence(
    sentence: PausedSentence, first_sample_ms: int, heard: Sequence[Span]
) -> HeardSentence:
    """`heard`: the agent's sounds; the sentence was played from `first_sample_ms` on."""
    end_ms = first_sample_ms + sentence.voice.end_ms
    onsets_ms = [span.start_ms for span in heard if span.start_ms >= first_sample_ms]
    early_ms = next((onset for onset in onsets_ms if onset < end_ms - FRAME_MS), None)
    pauses: list[HeardPause] = []
    is_cut = False
    following = [*sentence.pauses[1:], None]
    for pause, after in zip(sentence.pauses, following, strict=True):
        begun_ms = first_sample_ms + pause.span.start_ms
        until_ms = end_ms if after is None else first_sample_ms + after.span.start_ms
        is_cut = early_ms is not None and begun_ms <= early_ms < until_ms
        if early_ms is not None and early_ms < begun_ms:
            break
        pauses.append(_heard(sentence, pause, is_cut))
    answered_ms = next((onset for onset in onsets_ms if onset >= end_ms - FRAME_MS), None)
    return HeardSentence(
        name=sentence.name,
        pauses=tuple(pauses),
        is_cut_elsewhere=early_ms is not None and not any(one.is_cut_in for one in pauses),
        dead_air_ms=None if early_ms is not None or answered_ms is None else answered_ms - end_ms,
    )


def _heard(sentence: PausedSentence, pause: Pause, is_cut_in: bool) -> HeardPause:
    return HeardPause(
        sentence.name, pause.before, pause.span.length_ms, pause.is_natural, is_cut_in
    )


@dataclass(frozen=True, slots=True)
class CutIns:
    """How many of these pauses were taken for the end."""

    pauses: int
    cut_ins: int

    @property
    def percent(self) -> float:
        return round(100 * self.cut_ins / self.pauses, 1) if self.pauses else 0.0


@dataclass(frozen=True, slots=True)
class TurnFigures:
    """Over all sentences."""

    sentences: int
    unanswered: int
    cut_elsewhere: int
    short: CutIns  # pauses up to SHORT_MS
    by_length: Mapping[str, CutIns]
    natural: CutIns
    dead_air_ms: Distribution | None

    @property
    def is_met(self) -> bool:
        return self.short.pauses > 0 and self.short.percent <= CUT_INS_PERCENT_MAX


def turn_figures(heard: Sequence[HeardSentence]) -> TurnFigures:
    pauses = [pause for sentence in heard for pause in sentence.pauses]
    return TurnFigures(
        sentences=len(heard),
        unanswered=sum(
            one.dead_air_ms is None
            and not one.is_cut_elsewhere
            and not any(pause.is_cut_in for pause in one.pauses)
            for one in heard
        ),
        cut_elsewhere=sum(one.is_cut_elsewhere for one in heard),
        short=_cut_ins([one for one in pauses if one.length_ms <= SHORT_MS]),
        by_length={
            f"{from_ms} to {until_ms - 1} ms": _cut_ins(
                [one for one in pauses if from_ms <= one.length_ms < until_ms]
            )
            for from_ms, until_ms in pairwise(EDGES_MS)
        },
        natural=_cut_ins([one for one in pauses if one.is_natural]),
        dead_air_ms=Distribution.of(one.dead_air_ms for one in heard),
    )


def _cut_ins(pauses: Sequence[HeardPause]) -> CutIns:
    return CutIns(len(pauses), sum(pause.is_cut_in for pause in pauses))


def as_document(figures: TurnFigures, heard: Sequence[HeardSentence]) -> Mapping[str, Any]:
    """Plain values for JSON."""
    return {
        "target": {
            "name": f"cut-ins on pauses up to {SHORT_MS} ms, %",
            "limit": CUT_INS_PERCENT_MAX,
            "measured": figures.short.percent,
            "is_met": figures.is_met,
        },
        "figures": asdict(figures),
        "sentences": [asdict(one) for one in heard],
    }
