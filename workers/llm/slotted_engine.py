"""How does an embedded model share its slots among replies and prompts to be warmed?

A reply takes one slot, its call's own when that is idle, and so does what is read ahead of
it. A prefix is made warm in every slot that is idle; those that are busy are left to their
replies.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from workers.llm.engine import Emit, Tokens
from workers.llm.slots import SharedSlots


class SlottedEngine(ABC):
    """A language engine, but for how one slot streams one reply."""

    name: str
    model: str
    slots: int

    def __init__(self, model: str, slots: int) -> None:
        self.model = model
        self.slots = slots
        self._shared = SharedSlots(slots)

    def warm_up(self) -> None:
        self.warm_prefix([{"role": "system", "content": "You answer the telephone."}])

    def warm_prefix(self, messages: Sequence[Mapping[str, str]]) -> None:
        with self._shared.all_idle() as slots:
            for slot in slots:
                self._read(slot, messages)

    def read_ahead(self, call_id: str, messages: Sequence[Mapping[str, str]]) -> None:
        with self._shared.one_for(call_id) as slot:
            self._read(slot, messages)

    def _read(self, slot: int, messages: Sequence[Mapping[str, str]]) -> None:
        def enough(_: str) -> bool:
            return False

        # The chat template closes a conversation with the user's turn: without one it would
        # warm other tokens than those that come.
        prompt = [*messages, {"role": "user", "content": "Hello"}]
        self._stream(slot, prompt, 1, 0.0, enough, None)

    def generate(
        self,
        call_id: str,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        emit: Emit,
        grammar: str | None = None,
    ) -> Tokens | None:
        with self._shared.one_for(call_id) as slot:
            return self._stream(slot, messages, max_tokens, temperature, emit, grammar)

    @abstractmethod
    def _stream(
        self,
        slot: int,
        messages: Sequence[Mapping[str, str]],
        max_tokens: int,
        temperature: float,
        emit: Emit,
        grammar: str | None,
    ) -> Tokens | None:
        """One reply by this slot, which is ours until it returns; raises as `generate` does."""
