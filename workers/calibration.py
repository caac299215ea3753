"""How many conversations at once does one worker bear?

Pure. Some pieces of work have been done at once, one, two, four and so on, and timed. As many may
be under way as still begin to answer within the stage's budget. Conversations are more than that,
for each is busy with the stage for a share of its time only: n of them are borne when in 95 % of
all moments no more of them are busy than may be. With independent conversations the number of
busy ones is binomial.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, fsum, lgamma, log, log1p
from typing import Final

from workers.contract import Stage

# In this part of all moments no more work is under way than was measured to be in time.
QUANTILE: Final = 0.95
# Nobody calibrates beyond: the agents and Asterisk have limits of their own, far below.
MOST_CONVERSATIONS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Demand:
    """What conversations want of a stage."""

    budget_s: float  # to the first of the answer that is of use
    deadline_s: float  # work that takes longer is given up
    interval_s: float  # from one piece of work of a conversation to its next


# The budgets are what design.md gives the stages on two cores (130, 160 and 110 ms for a single
# call), stretched alike until they fill a turn of 1.5 s, the limit that the live correction keeps
# (capacity.turn_latency), less 200 ms for the end of speech and 60 ms for everything between.
# Deadlines are those of the agents.
#
# A caller speaks and is answered in no less than six seconds. Of 100 turns 50 are heard twice (the
# caller went on after a pause), 50 replies are prepared in vain, and an answer is two phrases. Two
# errors stand against each other here: on one machine the stages take each other's cores, and of
# everyday questions two thirds need neither model nor synthesis (docs/benchmarks.md). What remains
# is corrected by the latency of live turns.
DEMANDS: Final[Mapping[Stage, Demand]] = {
    Stage.STT: Demand(budget_s=0.40, deadline_s=4.0, interval_s=4.0),
    Stage.LLM: Demand(budget_s=0.50, deadline_s=10.0, interval_s=4.0),
    Stage.TTS: Demand(budget_s=0.34, deadline_s=5.0, interval_s=3.0),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """So many pieces of work were begun at once; the slowest took so long."""

    at_once: int
    first_s: float  # to the first of its answer that is of use
    whole_s: float  # to its end; the stage is busy with it until then


def next_trial(trials: Sequence[Trial], demand: Demand, most: int) -> int | None:
    """How many at once to try next; None when enough is known.

    Doubles until the budget is exceeded or `most` reached, then tries once in the middle.
    """
    if not trials:
        return 1
    late = [one for one in trials if one.first_s > demand.budget_s]
    good = max((one.at_once for one in trials if one not in late), default=0)
    if not late:
        return min(2 * good, most) if good < most else None
    middle = (good + late[0].at_once) // 2
    # Whatever comes after the first that was late is the middle.
    return middle if trials[-1] is late[0] and middle > good else None


def conversations(trials: Sequence[Trial], demand: Demand) -> int:
    """As many as the worker bears by these trials; 0 when even a single work is given up."""
    borne = max(
        (
            _borne(one.at_once, _busy_share(one, demand))
            for one in trials
            if one.first_s <= demand.budget_s
        ),
        default=0,
    )
    is_done_in_the_end = any(one.whole_s <= demand.deadline_s for one in trials)
    return max(borne, 1 if is_done_in_the_end else 0)


def busy_at_most(count: int, share: float, limit: int) -> float:
    """The probability that of `count`, each busy for this share of its time, `limit` are at most.

    P(X <= k) = sum over i = 0..k of C(n, i) p^i (1 - p)^(n - i), the binomial distribution with
    n = count, p = share, k = limit.
    """
    if count <= limit or share <= 0:
        return 1.0
    if share >= 1:
        return 0.0
    # Of thousands the factors are too large and too small for a float, their logarithms are not.
    return fsum(
        exp(
            lgamma(count + 1)
            - lgamma(i + 1)
            - lgamma(count - i + 1)
            + i * log(share)
            + (count - i) * log1p(-share)
        )
        for i in range(limit + 1)
    )


def _busy_share(trial: Trial, demand: Demand) -> float:
    return min(trial.whole_s / demand.interval_s, 1.0)


def _borne(at_once: int, share: float) -> int:
    """The largest count whose busy ones are no more than `at_once`, in QUANTILE of all moments."""
    good, bad = at_once, MOST_CONVERSATIONS + 1
    # The probability falls with the count: halve what is between.
    while bad - good > 1:
        middle = (good + bad) // 2
        if busy_at_most(middle, share, at_once) >= QUANTILE:
            good = middle
        else:
            bad = middle
    return good
