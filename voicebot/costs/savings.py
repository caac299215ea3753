"""What did kept answers, kept speech, facts and the small model save?

Each turn that they answered is set against what turns took, in the same time and at today's prices,
that did go to a model. That is an estimate, so it is told as a range: the mean of the calls that
were measured, and how far off it may be (95 %). Where too few calls took the dear way there is
nothing to measure by, and the saving is unknown, never zero.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import sqrt
from typing import Final

from voicebot.costs.ledger import cost_of
from voicebot.costs.prices import PriceList
from voicebot.costs.usage import CallUsage, Queue, WorkUsage

# Fewer tell nothing.
MEASURED_FROM: Final = 5
_SPREAD: Final = 1.96
_LLM, _LARGE, _TTS = "llm", "llm.large", "tts"
_ZERO = Decimal(0)


class Spared(StrEnum):
    """By what a turn was answered without the dear way."""

    FIXED = "fixed"  # words that mean one thing only
    FACT = "fact"
    KEPT = "kept"
    SMALL = "small"
    SPEECH = "speech"  # by characters


class Answerer(StrEnum):
    """Who answered a turn; others, as where a model failed, spare nothing."""

    FIXED = "fixed"
    FACT = "fact"
    KEPT = "kept"
    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class MeasuredCall:
    """What workers did for one call, and how many of its turns each model answered."""

    works: Mapping[Queue, WorkUsage]
    small: int = 0
    large: int = 0


@dataclass(frozen=True, slots=True)
class Range:
    """An estimate, and between what it lies."""

    low: Decimal
    mean: Decimal
    high: Decimal

    def __add__(self, other: "Range") -> "Range":
        return Range(self.low + other.low, self.mean + other.mean, self.high + other.high)

    def __sub__(self, other: "Range") -> "Range":
        """Widest: nothing is known of how the two go together."""
        return Range(self.low - other.high, self.mean - other.mean, self.high - other.low)

    def times(self, count: int) -> "Range":
        return Range(self.low * count, self.mean * count, self.high * count)


NOTHING: Final = Range(_ZERO, _ZERO, _ZERO)


@dataclass(frozen=True, slots=True)
class Saving:
    """`each`: what one turn, or one character, would have cost more; None: unknown."""

    by: Spared
    count: int
    each: Range | None

    @property
    def saved(self) -> Range | None:
        if not self.count:
            return NOTHING
        return None if self.each is None else self.each.times(self.count)


def savings(
    turns: Mapping[Answerer, int],
    kept_characters: int,
    measured: Sequence[MeasuredCall],
    prices: PriceList | None,
) -> Sequence[Saving]:
    """One of each kind. Without prices nothing costs anything, and nothing is saved."""
    small = mean_cost((_priced(one, _is_small, prices), _small_turns(one)) for one in measured)
    large = mean_cost((_priced(one, _is_large, prices), _large_turns(one)) for one in measured)
    model = _as_routed(small, large, measured, prices)
    character = mean_cost(
        (_priced(one, _speaks, prices), _spoken_characters(one)) for one in measured
    )
    cheaper = None if small is None or large is None else large - small
    return [
        *(
            Saving(by, turns.get(Answerer(by.value), 0), model)
            for by in (Spared.FIXED, Spared.FACT, Spared.KEPT)
        ),
        Saving(Spared.SMALL, turns.get(Answerer.SMALL, 0), cheaper),
        Saving(Spared.SPEECH, kept_characters, character),
    ]


def total(found: Iterable[Saving]) -> Range | None:
    """Of what is known; None: of nothing."""
    known = [one.saved for one in found if one.count and one.saved is not None]
    return sum(known[1:], known[0]) if known else None


def mean_cost(calls: Iterable[tuple[Decimal, int]]) -> Range | None:
    """Of one unit, from (cost, units) of each call: the ratio of the sums, and its 95 % interval.

    The usual estimate of a ratio's error (Cochran, Sampling Techniques, 1977, 6.4), with calls as
    what was sampled: turns of one call are alike. A call that paid without a unit counts: what was
    tried in vain is part of the way. None: too few calls had any.
    """
    pairs = [(cost, units) for cost, units in calls if cost or units]
    number, units = len(pairs), sum(units for _, units in pairs)
    if sum(1 for _, one in pairs if one) < MEASURED_FROM:
        return None
    mean = sum((cost for cost, _ in pairs), _ZERO) / units
    off = sum((float(cost) - float(mean) * one) ** 2 for cost, one in pairs)
    error = sqrt(number * off / (number - 1)) / units
    around = Decimal(_SPREAD * error)
    return Range(max(_ZERO, mean - around), mean, mean + around)


def _as_routed(
    small: Range | None,
    large: Range | None,
    measured: Sequence[MeasuredCall],
    prices: PriceList | None,
) -> Range | None:
    """Of a turn that some model answered; between the cheapest and the dearest of them."""
    both = mean_cost((_priced(one, _is_model, prices), one.small + one.large) for one in measured)
    if both is None:
        return None
    known = [one for one in (small, large, both) if one is not None]
    return Range(min(one.low for one in known), both.mean, max(one.high for one in known))


def _priced(
    call: MeasuredCall, is_meant: Callable[[Queue], bool], prices: PriceList | None
) -> Decimal:
    works = {queue: one for queue, one in call.works.items() if is_meant(queue)}
    return cost_of(CallUsage(works=works), prices).total


def _is_model(queue: Queue) -> bool:
    return queue.partition(".")[0] == _LLM


def _is_large(queue: Queue) -> bool:
    return queue == _LARGE


def _is_small(queue: Queue) -> bool:
    """Also workers that do whatever comes: their model is the only one."""
    return _is_model(queue) and not _is_large(queue)


def _speaks(queue: Queue) -> bool:
    return queue.partition(".")[0] == _TTS


def _large_turns(call: MeasuredCall) -> int:
    return call.large if _LARGE in call.works else 0


def _small_turns(call: MeasuredCall) -> int:
    """Without workers of its own a large model is the one that there is."""
    return call.small + call.large - _large_turns(call)


def _spoken_characters(call: MeasuredCall) -> int:
    return sum(one.characters for queue, one in call.works.items() if _speaks(queue))
