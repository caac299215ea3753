"""How a caller's words are compared with what a business has answered."""

from collections.abc import Sequence

from tests.fakes.call_services import Outside
from voicebot.agents.retrieval import nearest_facts


class Meaning:
    def __init__(self, outside: Outside) -> None:
        self._inner = outside.meaning
        self.encoded: list[str] = []

    async def encode(self, sentences: Sequence[str]) -> Sequence[Sequence[float]]:
        self.encoded += sentences
        return await self._inner.encode(sentences)


async def test_words_that_are_doubted_are_looked_at_one_by_one() -> None:
    outside = Outside()
    meaning = Meaning(outside)
    found = await nearest_facts(meaning, outside.desk().facts, "Where are you?")
    assert found[0].fact_id == "address"
    assert meaning.encoded == ["Where are you?"]
    await nearest_facts(meaning, outside.desk().facts, "Where is my submarine now?")
    assert meaning.encoded[1:] == ["Where is my submarine now?", "Where is my now?"]
