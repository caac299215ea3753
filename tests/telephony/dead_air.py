"""How long did callers hear nothing though it was not for them to speak?

    with dead_air_watched() as dead_air:
        ...
        dead_air.heard(turn.voice_to_voice_ms, turn.longest_pause_ms)

Each silence is held against the promise at once; all of them are told at the end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# What every caller is promised while any part that could speak is left.
DEAD_AIR_LIMIT_MS = 3_000


@dataclass(frozen=True, slots=True)
class DeadAir:
    """All silences of a folder's callers."""

    silences_ms: list[int] = field(default_factory=list)

    def heard(self, *silences_ms: int) -> None:
        """Nobody hears nothing for longer than is promised."""
        self.silences_ms.extend(silences_ms)
        assert max(silences_ms, default=0) <= DEAD_AIR_LIMIT_MS

    def figures(self) -> str:
        if not self.silences_ms:
            return "none was measured"
        ordered = sorted(self.silences_ms)
        middle, late = ordered[len(ordered) // 2], ordered[len(ordered) * 95 // 100]
        return (
            f"{len(ordered)} silences, {middle} ms (p50), {late} ms (p95), "
            f"{ordered[-1]} ms (longest)"
        )


@contextmanager
def dead_air_watched() -> Iterator[DeadAir]:
    """Tells in the end how long they were."""
    dead_air = DeadAir()
    yield dead_air
    print(f"\ndead air: {dead_air.figures()}")
