"""What did a call cost, and what did many of them?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from voicebot.costs.prices import PriceList
from voicebot.costs.usage import CallUsage, Queue, WorkUsage

_MS_A_MINUTE, _MS_AN_HOUR = Decimal(60_000), Decimal(3_600_000)
_ZERO = Decimal(0)
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Cost:
    """In one currency."""

    trunk: Decimal = _ZERO
    recognition: Decimal = _ZERO  # by minutes of speech
    synthesis: Decimal = _ZERO  # by characters
    workers: Decimal = _ZERO  # by time in hand, of processors and of GPUs
    model: Decimal = _ZERO  # by tokens

    @property
    def total(self) -> Decimal:
        return self.trunk + self.recognition + self.synthesis + self.workers + self.model

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.trunk + other.trunk,
            self.recognition + other.recognition,
            self.synthesis + other.synthesis,
            self.workers + other.workers,
            self.model + other.model,
        )


@dataclass(frozen=True, slots=True)
class Sum:
    """Of many calls."""

    calls: int = 0
    resolved: int = 0
    cost: Cost = field(default_factory=Cost)

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.calls + other.calls, self.resolved + other.resolved, self.cost + other.cost)

    @property
    def per_call(self) -> Decimal:
        return self.cost.total / self.calls if self.calls else _ZERO

    @property
    def per_resolved(self) -> Decimal | None:
        """What it took until somebody was helped; None: nobody was."""
        return self.cost.total / self.resolved if self.resolved else None


def cost_of(usage: CallUsage, prices: PriceList | None) -> Cost:
    """Nothing, where nothing has a price."""
    if prices is None:
        return Cost()
    minute = prices.trunk_minute_outbound if usage.is_outbound else prices.trunk_minute_inbound
    works = usage.works
    audio_ms = sum(one.audio_ms for one in works.values())
    characters = sum(one.characters for one in works.values())
    prompt_tokens = sum(one.prompt_tokens for one in works.values())
    reply_tokens = sum(one.reply_tokens for one in works.values())
    return Cost(
        trunk=minute * Decimal(str(max(usage.trunk_s, 0.0))) / 60,
        recognition=prices.speech_minute * audio_ms / _MS_A_MINUTE,
        synthesis=prices.spoken_1000_characters * characters / 1000,
        workers=sum((_machines(queue, one, prices) for queue, one in works.items()), _ZERO),
        model=(
            prices.million_prompt_tokens * prompt_tokens
            + prices.million_reply_tokens * reply_tokens
        )
        / 1_000_000,
    )


def _machines(queue: Queue, one: WorkUsage, prices: PriceList) -> Decimal:
    """All three ways to pay for a worker add up; whoever uses one leaves the others at zero."""
    in_hand = prices.hour_of(queue) * one.engine_ms
    held = prices.cpu_hour * one.cpu_ms + prices.gpu_hour * one.gpu_ms
    return (in_hand + held) / _MS_AN_HOUR


def summed(parts: Iterable[tuple[Key, Sum]]) -> Mapping[Key, Sum]:
    """All parts of one key together."""
    sums: dict[Key, Sum] = {}
    for key, part in parts:
        sums[key] = sums.get(key, Sum()) + part
    return sums
