"""What must a language model be able to do?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from workers.contract import FailureReason
from workers.errors import WorkFailed

# Takes a piece of text; returns whether more is wanted.
Emit = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one reply took."""

    prompt: int = 0  # those that were remembered included
    reply: int = 0


class LanguageEngine(Protocol):
    """Thread-safe: it is called from as many threads as it has slots."""

    name: str
    model: str
    slots: int

    def warm_up(self) -> None:
        """Makes the first real reply as fast as the others."""

    def warm_prefix(self, messages: Sequence[Mapping[str, str]]) -> None:
        """Computes what many prompts begin with, so that none of them has to."""

    def read_ahead(self, call_id: str, messages: Sequence[Mapping[str, str]]) -> None:
        """Computes what this call's next prompt begins with, where its memory is our own."""

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
        """Continues the conversation piece by piece until it ends or `emit` says no.

        Returns what it took, as far as the engine tells; None: it does not.

        With a grammar (GBNF) the whole reply fits it, or is a beginning of what fits when it ran
        into `max_tokens`. Raises WorkFailed: BAD_REQUEST when messages or grammar cannot be used,
        GRAMMAR_UNSUPPORTED when this model's replies cannot be constrained. The call's id is a
        hint where warm memory may lie, never a requirement.
        """


def check_messages(messages: Sequence[Mapping[str, str]]) -> None:
    """Raises WorkFailed when these are no messages of a conversation."""
    for message in messages:
        if not (message.get("role") and isinstance(message.get("content"), str)):
            raise WorkFailed(FailureReason.BAD_REQUEST)
