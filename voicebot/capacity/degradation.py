"""How much of the service is given now, and why?

What fails is felt at once, load only when it lasts; back up it goes one step at a time, each only
after a while in which nothing called for it, and below a lower mark than the one that it fell at.
Those whom the lowest steps keep out hear nothing of us at all, so these end sooner. A step that is
forced holds as long as it is. A step applies to a call at its next turn, never in mid-sentence.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from voicebot.errors import DegradationStepUnknown


class Degradation(IntEnum):
    """The steps, from all of the service on downwards."""

    FULL = 0
    SMALL_MODELS = 1
    CACHED_ONLY = 2  # kept and scripted answers
    LINE_AND_CALLBACKS = 3  # nobody new talks to an agent
    PEOPLE_ONLY = 4  # operators and voicemail, by the dialplan


def name_of(step: Degradation) -> str:
    """As people and other programs write it."""
    return step.name.lower().replace("_", "-")


STEPS = {name_of(step): step for step in Degradation}


def step_named(name: str) -> Degradation:
    """By its name or number; raises DegradationStepUnknown."""
    numbered = {str(int(step)): step for step in Degradation}
    found = (STEPS | numbered).get(name.strip().lower())
    if found is None:
        raise DegradationStepUnknown(name, tuple(STEPS))
    return found


class DegradationCause(StrEnum):
    """What called for a step."""

    LARGE_MODEL_FAILS = "large-model-fails"
    MODELS_FAIL = "models-fail"
    HEARING_FAILS = "hearing-fails"
    SPEECH_FAILS = "speech-fails"
    SHARED_STATE_LOST = "shared-state-lost"
    LOAD = "load"
    OVERLOAD = "overload"  # more is held than there is capacity for
    NO_CAPACITY = "no-capacity"
    OTHER_AGENTS = "other-agents"  # most of them are at this step
    RECOVERED = "recovered"
    FORCED = "forced"  # by an administrator


@dataclass(frozen=True, slots=True)
class Health:
    """How the parts do, by presence and by their breakers. `capacity` None: not known."""

    hears: bool = True
    thinks: bool = True
    thinks_large: bool = True  # False only where there are large models, and they fail
    speaks: bool = True
    shares: bool = True  # state, over Redis
    capacity: int | None = None
    held: int = 0


@dataclass(frozen=True, slots=True)
class DegradationRules:
    """Where the marks are, and for how long a thing must last."""

    loaded_from: float = 0.95  # slots held, as a share of capacity
    unloaded_below: float = 0.8
    overloaded_from: float = 1.25
    not_overloaded_below: float = 1.05
    fails_for_s: float = 1.0
    loaded_for_s: float = 5.0
    better_for_s: float = 15.0  # for each step up
    served_again_for_s: float = 5.0  # for the step up from which somebody new talks
    line_again_for_s: float = 1.0  # for the step up from which there is a line

    def step_up_after_s(self, own: Degradation) -> float:
        """For how long things must be better before the next step up."""
        if own is Degradation.PEOPLE_ONLY:
            return self.line_again_for_s
        if own is Degradation.LINE_AND_CALLBACKS:
            return self.served_again_for_s
        return self.better_for_s


@dataclass(frozen=True, slots=True)
class DegradationChanged:
    """An event: the step is another, for this reason."""

    before: Degradation
    now: Degradation
    cause: DegradationCause


Need = tuple[Degradation, DegradationCause]
_LOAD_CAUSES = (DegradationCause.LOAD, DegradationCause.OVERLOAD)


def needed(health: Health, current: Degradation, rules: DegradationRules) -> Need | None:
    """The step that things call for, and the first cause; None: full service.

    `current`: a step that load called for is held down to a lower mark.
    """
    if not health.shares:
        return Degradation.PEOPLE_ONLY, DegradationCause.SHARED_STATE_LOST
    if not health.hears:
        return Degradation.LINE_AND_CALLBACKS, DegradationCause.HEARING_FAILS
    if not health.speaks:
        return Degradation.LINE_AND_CALLBACKS, DegradationCause.SPEECH_FAILS
    if health.capacity is not None and health.capacity <= 0:
        return Degradation.LINE_AND_CALLBACKS, DegradationCause.NO_CAPACITY
    if not health.thinks:
        return Degradation.CACHED_ONLY, DegradationCause.MODELS_FAIL
    load = 0.0 if health.capacity is None else health.held / health.capacity
    was_over, was_loaded = current >= Degradation.CACHED_ONLY, current >= Degradation.SMALL_MODELS
    if load >= (rules.not_overloaded_below if was_over else rules.overloaded_from):
        return Degradation.CACHED_ONLY, DegradationCause.OVERLOAD
    if not health.thinks_large:
        return Degradation.SMALL_MODELS, DegradationCause.LARGE_MODEL_FAILS
    if load >= (rules.unloaded_below if was_loaded else rules.loaded_from):
        return Degradation.SMALL_MODELS, DegradationCause.LOAD
    return None


def of_most(steps: Collection[Degradation]) -> Degradation:
    """The step that more than half of the agents are at, or below: one alone drags nobody down."""
    ordered = sorted(steps, reverse=True)
    return ordered[len(ordered) // 2] if ordered else Degradation.FULL


def of_all(steps: Collection[Degradation], forced: Degradation | None) -> Degradation:
    """The step of the service as a whole, for whoever is none of its agents."""
    return of_most(steps) if forced is None else forced


@dataclass(slots=True)
class DegradationSteps:
    """The step of one process. `own` is by what it sees itself; `step` also by the others."""

    rules: DegradationRules = field(default_factory=DegradationRules)
    own: Degradation = Degradation.FULL
    step: Degradation = Degradation.FULL
    # The lowest step that was called for all the time since then, and the highest.
    _worse: tuple[Degradation, float] | None = None
    _better: tuple[Degradation, float] | None = None
    _cause: DegradationCause = DegradationCause.RECOVERED

    def receive(
        self,
        health: Health,
        now: float,
        others: Collection[Degradation] = (),
        *,
        forced: Degradation | None = None,
    ) -> DegradationChanged | None:
        """How things are; `others`: the own steps of all agents, this one's included."""
        need = needed(health, self.own, self.rules)
        wanted = Degradation.FULL if need is None else need[0]
        self._follow(need, wanted, now)
        before, most = self.step, of_most(others)
        self.step = max(self.own, most) if forced is None else forced
        if self.step == before:
            return None
        if forced is not None:
            return DegradationChanged(before, self.step, DegradationCause.FORCED)
        if self.step < before:
            return DegradationChanged(before, self.step, DegradationCause.RECOVERED)
        cause = self._cause if self.own >= most else DegradationCause.OTHER_AGENTS
        return DegradationChanged(before, self.step, cause)

    def _follow(self, need: Need | None, wanted: Degradation, now: float) -> None:
        if need is not None and wanted > self.own:
            self._better = None
            since = now if self._worse is None else self._worse[1]
            lasting = wanted if self._worse is None else min(wanted, self._worse[0])
            self._worse = (lasting, since)
            is_load = need[1] in _LOAD_CAUSES
            if now - since >= (self.rules.loaded_for_s if is_load else self.rules.fails_for_s):
                self.own, self._cause, self._worse = lasting, need[1], None
            return
        self._worse = None
        if wanted == self.own:
            self._better = None
            return
        if self._better is None:
            self._better = (wanted, now)
        elif now - self._better[1] >= self.rules.step_up_after_s(self.own):
            self.own = Degradation(self.own - 1)
            self._better = (wanted, now)
