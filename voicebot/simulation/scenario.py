"""What is played: queues, their callers, and what happens to their slots.

The part of a scenario file that is about the world. What the queue makes of it is learned there.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Steady(_Part):
    """The same all the time."""

    kind: Literal["steady"] = "steady"
    per_hour: float = Field(gt=0)


class Swing(_Part):
    """Up and down as a sine."""

    kind: Literal["swing"] = "swing"
    per_hour: float = Field(gt=0, description="On average.")
    depth: float = Field(gt=0, le=1, description="0.35: between 65 and 135 % of the average.")
    period_s: float = Field(gt=0)


class Bursts(_Part):
    """Quiet, and every so often far too many at once."""

    kind: Literal["bursts"] = "bursts"
    quiet_per_hour: float = Field(ge=0)
    burst_per_hour: float = Field(gt=0)
    every_s: float = Field(gt=0)
    lasts_s: float = Field(gt=0)


class Hourly(_Part):
    """A rate for each hour, and then from the first on again."""

    kind: Literal["hourly"] = "hourly"
    per_hour: tuple[Annotated[float, Field(ge=0)], ...] = Field(min_length=1)


Arrivals = Annotated[Steady | Swing | Bursts | Hourly, Field(discriminator="kind")]


class Lengths(_Part):
    """How long something lasts: conversations, or the patience of callers."""

    distribution: Literal["exponential", "lognormal", "gamma", "constant"] = "exponential"
    mean_s: float = Field(gt=0)
    cv: float = Field(default=1.0, gt=0, description="Spread divided by mean; lognormal and gamma.")


class Change(_Part):
    """From then on there are so many slots."""

    at_s: float = Field(ge=0)
    slots: int = Field(ge=0)
    cuts_calls: bool = Field(
        default=False,
        description="A failure: conversations above it are cut. Else they end in peace.",
    )
    foreseen_s: float = Field(
        default=0.0, ge=0, description="So long before, the forecast knows of it."
    )


class Callbacks(_Part):
    """Who takes one, and who can be reached."""

    offered_above_s: float = Field(ge=0, description="To whom is told to wait longer.")
    taken: float = Field(ge=0, le=1, description="Share of those to whom one is offered.")
    answered: float = Field(ge=0, le=1, description="Share of attempts.")
    rings_s: float = Field(default=20.0, gt=0, description="The slot is held meanwhile.")
    max_attempts: int = Field(default=3, ge=1, le=20)
    again_s: int = Field(default=900, ge=30, le=86_400, description="Doubled with each attempt.")
    expires_after_h: int = Field(default=72, ge=1, le=336)


class Machines(_Part):
    """What the workers really bear, where that is not what they said."""

    bear: int = Field(ge=1, description="Conversations, beyond which answers pile up.")
    turn_s: float = Field(default=0.5, gt=0, description="An answer's latency on an idle machine.")
    turn_every_s: float = Field(default=8.0, gt=0, description="In one conversation.")


class Failures(_Part):
    """Workers that die, cutting calls off, and are started again; nobody foresees when."""

    slots: int = Field(ge=0, description="What is left meanwhile.")
    apart: Lengths = Field(description="From the one's end to the next.")
    lasting: Lengths


class SharingQueue(_Part):
    """Another queue whose callers wait for the same slots, as patiently, in one order."""

    name: str = Field(min_length=1)
    arrivals: Arrivals
    handle_time: Lengths


class SimulatedQueue(_Part):
    """One queue, and the slots for its callers."""

    name: str = Field(min_length=1)
    slots: int = Field(ge=0)
    arrivals: Arrivals
    handle_time: Lengths
    patience: Lengths | None = Field(default=None, description="None: nobody gives up.")
    max_waiting: int = Field(default=1_000_000, ge=0, description="0: nobody waits.")
    overflows: bool = Field(
        default=False, description="Whom the line has no room for goes elsewhere."
    )
    changes: tuple[Change, ...] = ()
    failures: Failures | None = Field(default=None, description="In place of changes.")
    machines: Machines | None = Field(
        default=None, description="None: the workers bear just as many as there are slots."
    )
    sharing: tuple[SharingQueue, ...] = Field(
        default=(), description="Who else waits for these slots; the rules are this queue's."
    )
    callbacks: Callbacks | None = None
    dropped: Callbacks = Field(
        default=Callbacks(
            offered_above_s=0, taken=1, answered=0.9, rings_s=20, max_attempts=3, again_s=60
        ),
        description="How callers are rung who were cut off.",
    )
    vip: float = Field(default=0.0, ge=0, le=1, description="Share of the callers.")
    returning: float = Field(default=0.0, ge=0, le=1, description="Share of the callers.")

    @model_validator(mode="after")
    def _checked(self) -> Self:
        times = [change.at_s for change in self.changes]
        if times != sorted(times):
            raise ValueError("changes: put them in the order of their times")
        if self.changes and self.failures is not None:
            raise ValueError("failures: they take the place of changes")
        if self.vip + self.returning > 1:
            raise ValueError("vip: together with returning it is more than all callers")
        return self


class Scenario(_Part):
    """Everything of one run but its dice."""

    name: str = Field(min_length=1)
    duration_s: float = Field(default=86_400, gt=0, le=31 * 86_400)
    warm_up_s: float = Field(default=0.0, ge=0, description="Callers before it are not counted.")
    seed: int = Field(default=1, ge=0)
    within_s: float = Field(default=20.0, ge=0, description="The service level's limit.")
    announce_every_s: float | None = Field(
        default=None, gt=0, description="Waiting callers are told again; none: once."
    )
    queues: tuple[SimulatedQueue, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _checked(self) -> Self:
        names = [
            name
            for queue in self.queues
            for name in (queue.name, *(other.name for other in queue.sharing))
        ]
        if len(set(names)) < len(names):
            raise ValueError("queues: two have the same name")
        if self.warm_up_s >= self.duration_s:
            raise ValueError("warm_up_s: nothing is left to count")
        return self
