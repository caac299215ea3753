"""What does which amount cost, and since when?

A file of price lists, each valid from a day on, so that a price that changes leaves the calls of
before alone. Amounts are decimal: no cent is lost to rounding.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from voicebot.costs.budgets import AlertReceivers, Budget
from voicebot.costs.usage import Queue

Price = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=9)]
_ZERO = Decimal(0)


class PriceList(BaseModel):
    """In the file's currency."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    valid_from: date
    trunk_minute_inbound: Price = Field(
        default=_ZERO, description="Of calls that came in, by the second."
    )
    trunk_minute_outbound: Price = Field(default=_ZERO, description="Of calls that were placed.")
    speech_minute: Price = Field(
        default=_ZERO, description="Of callers' speech that was recognised."
    )
    spoken_1000_characters: Price = Field(default=_ZERO, description="That were made into speech.")
    million_prompt_tokens: Price = Field(
        default=_ZERO, description="That replies were made from, remembered ones included."
    )
    million_reply_tokens: Price = Field(default=_ZERO, description="That were generated.")
    worker_hour: dict[Queue, Price] = Field(
        default_factory=dict,
        description="Of workers having a work in hand, by stage (stt, llm, tts) or pool "
        "(llm.large); a pool without one has its stage's.",
    )
    cpu_hour: Price = Field(default=_ZERO, description="Of a processor's time that workers took.")
    gpu_hour: Price = Field(default=_ZERO, description="Of a GPU that was held for workers.")

    def hour_of(self, queue: Queue) -> Decimal:
        stage = queue.partition(".")[0]
        return self.worker_hour.get(queue, self.worker_hour.get(stage, _ZERO))


class Prices(BaseModel):
    """All of them; the lists in the order of their days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: str = Field(min_length=3, max_length=3, pattern="^[A-Z]{3}$")
    lists: tuple[PriceList, ...] = Field(min_length=1)
    budgets: tuple[Budget, ...] = Field(default=(), max_length=100)
    alerts: AlertReceivers = Field(
        default=AlertReceivers(), description="Who is told how far the budgets have come."
    )

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        if any(later.valid_from <= earlier.valid_from for earlier, later in pairwise(self.lists)):
            raise ValueError("each price list is valid from a later day than the one before it")
        return self

    @model_validator(mode="after")
    def _names_each_budget_once(self) -> Self:
        names = [one.name for one in self.budgets]
        if len(set(names)) < len(names):
            raise ValueError("each budget has a name of its own")
        return self

    def on(self, day: date) -> PriceList | None:
        """The list of a day; None: before all of them, when nothing had a price."""
        return _last_of([one for one in self.lists if one.valid_from <= day])


def _last_of(lists: Sequence[PriceList]) -> PriceList | None:
    return lists[-1] if lists else None
