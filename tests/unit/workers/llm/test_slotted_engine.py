"""Replies and prefixes share the slots of an engine."""

from collections.abc import Mapping, Sequence

import pytest

from workers.contract import FailureReason
from workers.errors import WorkFailed
from workers.llm.engine import Emit, LanguageEngine
from workers.llm.slotted_engine import SlottedEngine

SYSTEM = {"role": "system", "content": "You are the assistant of a bicycle shop."}
STORY = [SYSTEM, {"role": "user", "content": "Tell me a story."}]


class Model(SlottedEngine):
    """Says "hello" in the slot it is given; remembers what it was asked there."""

    name = "model"

    def __init__(self, slots: int) -> None:
        super().__init__("model", slots)
        self.streamed: list[tuple[int, Sequence[Mapping[str, str]], int]] = []
        self.failure: WorkFailed | None = None

    def _stream(
        self,
        slot: int,
        messages: Sequence[Mapping[str, str]],
        max_tokens: int,
        temperature: float,
        emit: Emit,
        grammar: str | None,
    ) -> None:
        self.streamed.append((slot, messages, max_tokens))
        if self.failure is not None:
            raise self.failure
        emit("hello")


def replies(model: LanguageEngine, call_id: str, emit: Emit = lambda text: True) -> None:
    model.generate(call_id, STORY, max_tokens=8, temperature=0.0, emit=emit)


def slots_used(model: Model) -> list[int]:
    return [slot for slot, _, _ in model.streamed]


def test_a_call_goes_back_to_its_slot() -> None:
    model = Model(slots=3)
    for call_id in ("c1", "c2", "c2", "c1"):
        replies(model, call_id)
    first, second, *again = slots_used(model)
    assert first != second
    assert again == [second, first]


def test_a_slot_whose_reply_failed_takes_the_next() -> None:
    model = Model(slots=1)
    model.failure = WorkFailed(FailureReason.BAD_REQUEST)
    with pytest.raises(WorkFailed):
        replies(model, "c1")
    model.failure = None
    replies(model, "c1")
    assert slots_used(model) == [0, 0]


def test_a_prefix_is_read_by_every_slot_as_the_beginning_of_a_conversation() -> None:
    model = Model(slots=2)
    model.warm_prefix([SYSTEM])
    assert sorted(slots_used(model)) == [0, 1]
    for _, messages, max_tokens in model.streamed:
        assert messages[0] == SYSTEM
        assert messages[-1]["role"] == "user"
        assert max_tokens == 1


def test_what_is_read_ahead_is_read_by_the_slot_that_will_reply() -> None:
    model = Model(slots=2)
    replies(model, "c1")
    replies(model, "c2")
    model.read_ahead("c1", [SYSTEM])
    replies(model, "c1")
    first, second, *rest = slots_used(model)
    assert first != second
    assert rest == [first, first]


def test_a_prefix_leaves_a_busy_slot_to_its_reply() -> None:
    model = Model(slots=2)

    def warm_meanwhile(_: str) -> bool:
        model.warm_prefix([SYSTEM])
        return True

    replies(model, "c1", warm_meanwhile)
    busy, *warmed = slots_used(model)
    assert warmed == [1 - busy]


def test_an_engine_warms_up_by_reading_some_prefix() -> None:
    model = Model(slots=2)
    model.warm_up()
    assert sorted(slots_used(model)) == [0, 1]
