"""What was used by many calls together? Amounts, and no money."""

from collections.abc import Iterable
from dataclasses import dataclass

from voicebot.costs.usage import WorkUsage
from voicebot.costs.used_calls import UsedCalls


@dataclass(frozen=True, slots=True)
class Amount:
    """`name` is stable; `unit` is one of h, min, characters, tokens."""

    name: str
    value: float
    unit: str


def kept_characters(found: Iterable[UsedCalls]) -> int:
    """That were spoken without being made into speech again."""
    return sum(one.kept_characters for alike in found for one in alike.usage.works.values())


def amounts(found: Iterable[UsedCalls]) -> list[Amount]:
    """All of them, also those of which nothing was used."""
    inbound_s, outbound_s, works = 0.0, 0.0, WorkUsage()
    for alike in found:
        if alike.usage.is_outbound:
            outbound_s += alike.usage.trunk_s
        else:
            inbound_s += alike.usage.trunk_s
        works = sum(alike.usage.works.values(), works)
    return [
        Amount("trunk_inbound", inbound_s / 60, "min"),
        Amount("trunk_outbound", outbound_s / 60, "min"),
        Amount("speech", works.audio_ms / 60_000, "min"),
        Amount("characters", works.characters, "characters"),
        Amount("kept_characters", works.kept_characters, "characters"),
        Amount("prompt_tokens", works.prompt_tokens, "tokens"),
        Amount("reply_tokens", works.reply_tokens, "tokens"),
        Amount("in_hand", works.engine_ms / 3_600_000, "h"),
        Amount("cpu", works.cpu_ms / 3_600_000, "h"),
        Amount("gpu", works.gpu_ms / 3_600_000, "h"),
    ]
