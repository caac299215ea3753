"""Has a caller's words compared with what a business has answered, by their meaning."""

from collections.abc import Sequence

from voicebot.dialogue.answers import Candidate, FactIndex
from voicebot.ports import MeaningEncoder


async def nearest_facts(
    meaning: MeaningEncoder, facts: FactIndex, text: str
) -> Sequence[Candidate]:
    """The facts that are likely meant; raises InferenceError."""
    (vector,) = await meaning.encode([text])
    doubts = facts.doubts(vector, text)
    rests = await meaning.encode([doubt.rest for doubt in doubts]) if doubts else []
    return facts.nearest(vector, text, dict(zip(doubts, rests, strict=True)))
