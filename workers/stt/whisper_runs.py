"""How does CTranslate2 run Whisper for several utterances at once?

On a GPU as one batch. On a CPU that wins nothing: one thread hears four utterances together in
the time in which it hears them one after the other (218 ms against 228, tiny.en, 2026-11), and
the first would wait for the last. There several runs go side by side, each with its own thread:
two threads take 85 ms for an utterance, one takes 60, because those of a small model mostly wait
for each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workers.batcher import Batcher, always_wanted

CPU: Final = "cpu"


@dataclass(frozen=True, slots=True)
class Pass:
    """One look of the model at one utterance."""

    features: NDArray[np.float32]
    prompt: Sequence[int]
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the model made of it."""

    tokens: Sequence[int]
    log_probability: float  # mean of its tokens
    no_speech_probability: float


class WhisperRuns:
    """All runs of one model; `whisper` is faster-whisper's."""

    def __init__(
        self, whisper: Any, suppressed: Sequence[int], *, runs: int, batch_max: int
    ) -> None:
        self._whisper = whisper
        self._suppressed = list(suppressed)
        limit = 1 if whisper.model.device == CPU else batch_max
        self._batcher = Batcher[Pass, Decoded](self.run, runs=runs, limit=limit)

    @property
    def waiting(self) -> int:
        """How many passes are not being run yet."""
        return self._batcher.waiting

    def decoded(
        self, one: Pass, due_s: float, check_wanted: Callable[[], None] = always_wanted
    ) -> Decoded:
        """Runs it when its turn comes, with others that wait and are like it."""
        # CTranslate2 pads neither: windows and prompts of one batch are equally long.
        group = (one.features.shape[1], len(one.prompt))
        return self._batcher.outcome(one, due_s=due_s, group=group, check_wanted=check_wanted)

    def run(self, batch: Sequence[Pass]) -> Sequence[Decoded]:
        """One run of the model, now, for passes of one window and equally long prompts."""
        features = np.stack([one.features for one in batch])
        max_tokens = max(one.max_tokens for one in batch)
        results = self._whisper.model.generate(
            self._whisper.encode(features),
            [list(one.prompt) for one in batch],
            beam_size=1,
            max_length=min(self._whisper.max_length, len(batch[0].prompt) + max_tokens),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
        )
        return [_decoded(result) for result in results]


def _decoded(result: Any) -> Decoded:
    tokens = result.sequences_ids[0]
    return Decoded(
        tokens=tokens,
        log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
        no_speech_probability=result.no_speech_prob,
    )
