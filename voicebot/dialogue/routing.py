"""Who answers what no fact of the business answers: a reply kept from before, the small model,
the large one, or nobody?

Decided for each turn from how hard it is, how loaded the workers are, and how many of a model's
replies to such words could be said so far. The cheapest that will do is asked; what could not be
said goes on to the next. Every route names its reason, for the record.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from voicebot.calls.model import Route, Tier
from voicebot.capacity.degradation import Degradation
from voicebot.dialogue.questions_asked import asks, kinds_asked
from voicebot.dialogue.topic_words import topic_words

SMALL_POOL = "llm.small"
LARGE_POOL = "llm.large"


class Why(StrEnum):
    """The reason for a route."""

    SHORT_FORM = "short-form"  # yes, no, thanks, goodbye: words that mean one thing only
    SURE = "sure"  # the fact or action is surely meant
    NEAR = "near"  # it may be meant: the caller is asked
    SAME_MEANING = "same-meaning"  # words that mean the same were answered before
    SIMPLE = "simple"  # the small model will do
    COMPLEX = "complex"
    PREFERRED = "preferred"  # by configuration, for conversations like this
    SMALL_SELDOM_PASSES = "small-seldom-passes"  # its replies to such words can seldom be said
    SELDOM_PASSES = "seldom-passes"  # so with all models at hand: nobody is asked
    TRIED_AGAIN = "tried-again"  # seldom passes, but one in many is tried
    WITHHELD = "withheld"  # the reply held what the guard does not let pass, or nothing
    FAILED = "failed"  # no reply came
    DEGRADED = "degraded"  # models are spared


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the workers are doing."""

    pools: Collection[str] = ()  # of language models, that somebody serves
    preferred_pool: str = ""  # for conversations like this, by configuration
    room: float = 1.0  # 1: no work waits; 0: others need all there is
    degradation: Degradation = Degradation.FULL

    @property
    def has_large(self) -> bool:
        """Whether a large model may be asked now."""
        return LARGE_POOL in self.pools and self.room > 0.0 and self.degradation is Degradation.FULL


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """Where the lines are drawn."""

    complex_from: float = 0.6  # of 1
    tries_to_judge: int = 8  # replies before a model is judged
    seldom: float = 0.12  # share of them that could be said
    tried_again_every: int = 12
    remembered: int = 60  # replies of a kind; then old ones count half


class Kind(StrEnum):
    """Words that models do equally well with."""

    TOLD = "told"  # the caller tells something
    WHETHER = "whether"  # a question that yes or no would answer
    DETAIL = "detail"  # a price, a time, a place, a person
    OPEN = "open"


_WHETHER = re.compile(
    r"^(?:\W*\b(?:so|and|um|uh|hi|hello|well|okay|please|sorry|hey)\b)*\W*"
    r"(?:do|does|did|is|are|was|were|can|could|will|would|have|has|may|should)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:why|explain|compare|difference|recommend|suggest|advice|opinion|instead|which one|"
    r"how come|what if|should i|describe)\b",
    re.IGNORECASE,
)
_JOINTS = re.compile(r"[,;]|\b(?:and|but|because|if|although|unless|while|or)\b", re.IGNORECASE)


def kind_of(heard: str) -> Kind:
    """What kind of words these are."""
    if not asks(heard):
        return Kind.TOLD
    if kinds_asked(heard):
        return Kind.DETAIL
    return Kind.WHETHER if _WHETHER.search(heard) else Kind.OPEN


def complexity_of(heard: str, exchanges: int) -> float:
    """From 0 to 1: by length, clauses, topics, open questions, and what went before.

    `exchanges`: that the call has seen.
    """
    words = len(heard.split())
    return min(
        1.0,
        0.02 * words
        + 0.1 * len(_JOINTS.findall(heard))
        + 0.05 * len(topic_words(heard))
        + 0.3 * bool(_OPEN.search(heard))
        + 0.02 * exchanges,
    )


@dataclass(slots=True)
class _Tally:
    tried: float = 0.0
    passed: float = 0.0
    since_tried: int = 0  # turns for which nobody was asked


@dataclass(slots=True)
class PastSuccess:
    """How many of each model's replies to each kind of words could be said, in this process."""

    rules: RoutingRules = field(default_factory=RoutingRules)
    _tallies: dict[tuple[Tier, Kind], _Tally] = field(default_factory=dict)

    def note(self, tier: Tier, kind: Kind, *, passed: bool) -> None:
        """What became of a reply."""
        tally = self._of(tier, kind)
        tally.tried += 1
        tally.passed += passed
        tally.since_tried = 0
        if tally.tried > self.rules.remembered:
            tally.tried, tally.passed = tally.tried / 2, tally.passed / 2

    def is_seldom(self, tier: Tier, kind: Kind) -> bool:
        """Whether asking is as good as in vain."""
        tally = self._of(tier, kind)
        return (
            tally.tried >= self.rules.tries_to_judge
            and tally.passed < self.rules.seldom * tally.tried
        )

    def passed_over(self, tier: Tier, kind: Kind) -> bool:
        """Counts a turn for which it is not asked; True: this one is to be tried all the same."""
        tally = self._of(tier, kind)
        tally.since_tried += 1
        return tally.since_tried >= self.rules.tried_again_every

    def _of(self, tier: Tier, kind: Kind) -> _Tally:
        return self._tallies.setdefault((tier, kind), _Tally())


def route(kind: Kind, complexity: float, now: Conditions, past: PastSuccess) -> Route:
    """Who is asked first."""
    if now.degradation >= Degradation.CACHED_ONLY:
        return Route(Tier.SCRIPT, Why.DEGRADED)
    is_seldom = past.is_seldom(Tier.SMALL, kind)
    if now.has_large and not past.is_seldom(Tier.LARGE, kind):
        if is_seldom:
            return Route(Tier.LARGE, Why.SMALL_SELDOM_PASSES)
        if now.preferred_pool == LARGE_POOL:
            return Route(Tier.LARGE, Why.PREFERRED)
        if complexity >= past.rules.complex_from and now.preferred_pool != SMALL_POOL:
            return Route(Tier.LARGE, Why.COMPLEX)
    if is_seldom:
        again = past.passed_over(Tier.SMALL, kind)
        return (
            Route(Tier.SMALL, Why.TRIED_AGAIN) if again else Route(Tier.SCRIPT, Why.SELDOM_PASSES)
        )
    return Route(Tier.SMALL, Why.SIMPLE)


def escalate(failed: Route, why: Why, now: Conditions) -> Route:
    """Who is asked after a model whose reply could not be said, or did not come."""
    if failed.reason == Why.FAILED:
        return Route(Tier.SCRIPT, why)
    if failed.tier is Tier.SMALL and now.has_large:
        return Route(Tier.LARGE, why)
    if failed.tier is Tier.LARGE and why is Why.FAILED and failed.reason != Why.WITHHELD:
        return Route(Tier.SMALL, why)
    return Route(Tier.SCRIPT, why)
