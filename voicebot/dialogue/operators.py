"""Whom may the agent hand a caller to?

The part of a business file that names its people: operators, who are SIP phones of our own,
and the transfers that the agent may offer. Nothing outside this list is ever dialled.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from voicebot.calls.model import TransferMode
from voicebot.dialogue.business_parts import Hours, Part, Spoken


class Operator(Part):
    """A person who answers calls, at a phone made by `voicebot phone add`."""

    id: str = Field(pattern=r"^[a-z][a-z0-9]{1,31}$", description="Also the name of the phone.")
    name: Spoken


class Transfer(Part):
    """A place that callers can be handed to: a group of operators, or one outside number."""

    # Asterisk gives extensions of one letter meanings of its own.
    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    topic: Spoken = Field(description='Completes "Shall I connect you with …?"')
    requests: tuple[Spoken, ...] = Field((), description="What callers say who want this.")
    operators: tuple[str, ...] = Field((), description="Ids; the phones ring together.")
    number: str | None = Field(None, pattern=r"^\+\d{7,15}$", description="Outside, in E.164.")
    mode: TransferMode = TransferMode.WARM
    hours: Hours | None = Field(None, description="None: the business's own.")
    ring_s: int = Field(20, ge=5, le=60, description="How long a phone rings at a time.")
    wait_s: int = Field(60, ge=5, le=600, description="How long a caller waits in all.")

    @model_validator(mode="after")
    def _has_one_destination(self) -> Self:
        if bool(self.operators) == (self.number is not None):
            raise ValueError("give either operators or a number")
        if self.number is not None and self.mode is TransferMode.WARM:
            raise ValueError("mode: to an outside number only blind")
        return self


def problems_of(operators: Sequence[Operator], transfers: Sequence[Transfer]) -> list[str]:
    """What does not fit together."""
    problems = []
    for name, ids in (
        ("operators: id", [operator.id for operator in operators]),
        ("transfers: id", [transfer.id for transfer in transfers]),
    ):
        problems += [
            f'{name}: "{value}" occurs {count} times'
            for value, count in Counter(ids).items()
            if count > 1
        ]
    known = {operator.id for operator in operators}
    problems += [
        f'transfers: {transfer.id}: "{operator}" is no operator'
        for transfer in transfers
        for operator in transfer.operators
        if operator not in known
    ]
    return problems
