"""What will the caller probably say next?

The agent knows what it has asked: a question that is answered by yes or no has two branches.
What people ask after a fact is learned from what they did ask. Nothing is known of a fact
that few have heard, or after which everybody asks something else.
"""

import re
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field

from voicebot.dialogue.intents import recognise_intent

_WORD = re.compile(r"[\w']+")


@dataclass(frozen=True, slots=True)
class ForesightRules:
    """When a next question counts as likely."""

    least_seen: int = 4  # callers who asked anything after the fact
    least_share: float = 0.25  # of them asked this
    remembered: int = 200  # the latest callers count


@dataclass(slots=True)
class NextQuestions:
    """Which fact was asked for after which, by the latest callers of this process."""

    rules: ForesightRules = field(default_factory=ForesightRules)
    _counts: defaultdict[str, Counter[str]] = field(
        init=False, default_factory=lambda: defaultdict(Counter)
    )
    _latest: deque[tuple[str, str]] = field(init=False, default_factory=deque)

    def asked(self, fact_id: str, after: str) -> None:
        """A caller who had heard the fact `after` asked for this one."""
        self._latest.append((after, fact_id))
        self._counts[after][fact_id] += 1
        if len(self._latest) > self.rules.remembered:
            oldest_after, oldest = self._latest.popleft()
            self._counts[oldest_after][oldest] -= 1

    def likely(self, after: str) -> str | None:
        """The fact that is probably asked for next."""
        counts = self._counts.get(after)
        if counts is None:
            return None
        seen = sum(counts.values())
        (fact_id, times), *_ = counts.most_common(1)
        if seen < self.rules.least_seen or times < self.rules.least_share * seen:
            return None
        return fact_id


def says_the_same(heard: str, foreseen: str) -> bool:
    """Whether these are the words that were foreseen, or mean as little else: "yeah" is "yes"."""
    intent = recognise_intent(foreseen)
    if intent is not None:
        return recognise_intent(heard) is intent
    return _WORD.findall(heard.lower()) == _WORD.findall(foreseen.lower())
