"""How much of an answer's delay is ours: neither deliberate silence nor a model's run?

An answer is prepared within the silence that is waited for, so the two overlap, and the longer one
counts:

    own = voice_to_voice - max(silence, pause + recognition + retrieval + first phrase + synthesis)

`silence` is what the end of the turn took of it, `pause` the part after which preparing begins, and
the four stages are a model's runs: three with their way to a worker and back, which is about 3 ms
each (docs/benchmarks.md), retrieval in the agent's own process, where the model of meanings reads
the words and comparing them takes no millisecond. All in ms; voice to voice at the caller's ear.
"""

from collections.abc import Iterable

from voicebot.calls.model import StageTimings
from voicebot.turns.turn_taker import TurnRules


def own_share_ms(
    voice_to_voice_ms: int, stages: StageTimings, pause_ms: int = TurnRules().pause_silence_ms
) -> int | None:
    """None where the turn's silence is not known: nothing was said in it."""
    if stages.endpointing_ms is None:
        return None
    runs = (
        *(stages.recognition_ms, stages.retrieval_ms),
        *(stages.first_phrase_ms, stages.synthesis_ms),
    )
    models_ms = pause_ms + sum(ms for ms in runs if ms is not None)
    return voice_to_voice_ms - max(stages.endpointing_ms, models_ms)


def waterfall(turns: Iterable[StageTimings]) -> dict[str, float]:
    """The mean of each stage in ms over the turns in which it ran, in their order."""
    sums: dict[str, list[int]] = {name: [] for name in STAGES}
    for timings in turns:
        for name, field in STAGES.items():
            value = getattr(timings, field)
            if value is not None:
                sums[name].append(value)
    return {name: sum(values) / len(values) for name, values in sums.items() if values}


STAGES = {
    "silence waited for": "endpointing_ms",
    "recognition": "recognition_ms",
    "retrieval": "retrieval_ms",
    "model, to its first phrase": "first_phrase_ms",
    "speech, to its first sound": "synthesis_ms",
}
