"""What must a language model be able to do?"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

# Takes a piece of text; returns whether more is wanted.
Emit = Callable[[str], bool]


class LanguageEngine(Protocol):
    """Thread-safe: it is called from as many threads as it has slots."""

    name: str
    model: str
    slots: int

    def warm_up(self) -> None:
        """Makes the first real reply as fast as the others."""

    def warm_prefix(self, messages: Sequence[Mapping[str, str]]) -> None:
        """Computes what many prompts begin with, so that none of them has to."""

    def generate(
        self,
        call_id: str,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        emit: Emit,
    ) -> None:
        """Continues the conversation piece by piece until it ends or `emit` says no.

        Raises WorkFailed with BAD_REQUEST when the messages cannot be used. The call's id is a
        hint where warm memory may lie, never a requirement.
        """
