"""May the recognizers listen to those who wait, and to how many of them?

Whoever talks goes first: waiting callers are heard only with what the recognizers bear beyond all
conversations that are going on. It takes more to begin than to go on, and a work that had to wait
for another closes the gate for a while: so nothing flaps.
"""

from dataclasses import dataclass

from voicebot.capacity.degradation import Degradation


@dataclass(frozen=True, slots=True)
class ListeningRules:
    """Shares are of the conversations that the recognizers bear."""

    most: int = 0  # callers of one process at once
    opens_at_share: float = 0.25
    closes_at_share: float = 0.1
    # The works of others were in the way: so ours could be in theirs.
    late_ms: int = 300
    closed_for_s: float = 30.0
    # A wish is said in less; what goes on for longer is told to somebody else.
    longest_utterance_ms: int = 4_000


@dataclass(frozen=True, slots=True)
class RecognizerLoad:
    bears: int  # conversations, all workers together
    talking: int


class ListeningGate:
    """`now` is monotonic seconds."""

    def __init__(self, rules: ListeningRules) -> None:
        self._rules = rules
        self._is_open = False
        self._closed_until = 0.0

    @property
    def room(self) -> int:
        """How many may be listened to."""
        return self._rules.most if self._is_open else 0

    def waited(self, queued_ms: int, now: float) -> None:
        """An utterance of a waiting caller was taken up after so long."""
        if queued_ms > self._rules.late_ms:
            self._is_open, self._closed_until = False, now + self._rules.closed_for_s

    def look(self, load: RecognizerLoad | None, step: Degradation, now: float) -> None:
        """`load`: None when nobody can be asked."""
        if load is None or load.bears <= 0 or step > Degradation.SMALL_MODELS:
            self._is_open = False
            return
        rules = self._rules
        needed = rules.closes_at_share if self._is_open else rules.opens_at_share
        has_spare = load.bears - load.talking >= max(1.0, needed * load.bears)
        self._is_open = has_spare and now >= self._closed_until

    def is_worth_it(self, utterance_ms: int) -> bool:
        """Whether this may be a wish."""
        return utterance_ms <= self._rules.longest_utterance_ms
