"""What do the callers of a crowd want, and what does each do next?

Pure. They ring, wait to music, and each has a wish: to be served, to be rung back, a person, to
leave a message, or nothing but patience until it ends. Whoever has heard nothing for a while after
having heard something is being listened to: music is never silent for so long. Times are seconds
of the machine's one monotonic clock; plans count from when the crowd begins.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from random import Random
from typing import Any, Self

# An agent that waits for an answer is silent for longer, music and announcements are not.
LISTENED_TO_AFTER_S = 2.0
# Whoever has pressed one hears the number read back; the second is a key into that sentence.
SECOND_KEY_AFTER_S = 4.0
# After the key for a person or a message; then whoever answers has been heard.
LEAVES_AFTER_KEY_S = 15.0
# Whoever answers a callback presses one so long into its opening.
RUNG_BACK_KEY_AFTER_S = 7.0
# Nobody who is rung back and then hears nothing stays for longer.
RUNG_BACK_STAYS_S = 30.0


class Wish(StrEnum):
    SERVED = "served"
    GIVES_UP = "gives-up"
    CALLBACK = "callback"
    PERSON = "person"
    MESSAGE = "message"
    RUNG_BACK = "rung-back"  # answers a callback


KEYS: Mapping[Wish, tuple[str, ...]] = {
    Wish.CALLBACK: ("1", "1"),
    Wish.PERSON: ("0",),
    Wish.MESSAGE: ("#",),
    Wish.RUNG_BACK: ("1",),
}
# Of a hundred callers. All others want to be served.
SHARES: Mapping[Wish, int] = {
    Wish.GIVES_UP: 22,
    Wish.CALLBACK: 14,
    Wish.PERSON: 6,
    Wish.MESSAGE: 6,
}


@dataclass(frozen=True, slots=True)
class CrowdCaller:
    """Somebody who will ring."""

    number: str  # the caller's, in E.164
    wish: Wish
    rings_at_s: float
    acts_after_s: float  # since the answer: gives up, or presses the first key

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        return cls(**{**document, "wish": Wish(document["wish"])})


@dataclass(frozen=True, slots=True)
class CrowdCall:
    """What one of them has lived through."""

    number: str
    wish: Wish
    rang_at_s: float
    sip_status: int = 0
    answered_at_s: float | None = None
    keys_pressed: str = ""
    rung_for: str = ""  # the number that was rung, of one who is rung back
    recorded_from_s: float | None = None
    talked_at_s: float | None = None  # found to be listened to
    ended_at_s: float | None = None
    ended_by_caller: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        return cls(**{**document, "wish": Wish(document["wish"])})


@dataclass(frozen=True, slots=True)
class PressKey:
    digit: str


@dataclass(frozen=True, slots=True)
class Speak:
    """Ask the agent something."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Hang up."""


Doing = PressKey | Speak | Leave


class CrowdSession:
    """One of them, from the answer on."""

    def __init__(self, caller: CrowdCaller, rang_at_s: float, *, asks: bool) -> None:
        """`asks`: whether a question comes before the hang-up, once somebody listens."""
        self.call = CrowdCall(caller.number, caller.wish, rang_at_s)
        self._caller = caller
        self._asks = asks
        self._keys_at_s: list[float] = []
        self._leaves_at_s: float | None = None
        self._sound_at_s: float | None = None

    def answered(self, now_s: float) -> None:
        acts_at_s = now_s + self._caller.acts_after_s
        self.call = replace(self.call, answered_at_s=now_s)
        keys = KEYS.get(self._caller.wish, ())
        self._keys_at_s = [acts_at_s + SECOND_KEY_AFTER_S * i for i in range(len(keys))]
        if self._caller.wish is Wish.GIVES_UP:
            self._leaves_at_s = acts_at_s
        elif self._caller.wish is Wish.RUNG_BACK:
            self._leaves_at_s = now_s + RUNG_BACK_STAYS_S

    def is_for(self, number: str) -> None:
        """Who is rung back."""
        self.call = replace(self.call, rung_for=number)

    def recorded(self, now_s: float) -> None:
        self.call = replace(self.call, recorded_from_s=now_s)

    def ended(self, now_s: float, sip_status: int, *, by_caller: bool) -> None:
        self.call = replace(
            self.call, ended_at_s=now_s, sip_status=sip_status, ended_by_caller=by_caller
        )

    def look(self, now_s: float, *, is_sound: bool) -> Sequence[Doing]:
        """What to do now, having heard something or not just now."""
        if self.call.answered_at_s is None or self.call.ended_at_s is not None:
            return ()
        if is_sound:
            self._sound_at_s = now_s
        if self._leaves_at_s is not None and now_s >= self._leaves_at_s:
            return (Leave(),)
        if self._keys_at_s and now_s >= self._keys_at_s[0]:
            return self._press(now_s)
        if self._is_listened_to(now_s):
            return self._talk(now_s)
        return ()

    def _is_listened_to(self, now_s: float) -> bool:
        if self._caller.wish is Wish.RUNG_BACK and self._keys_at_s:
            # Whoever rings waits for a word first; then it says who it is.
            return False
        return self._sound_at_s is not None and now_s - self._sound_at_s >= LISTENED_TO_AFTER_S

    def _press(self, now_s: float) -> Sequence[Doing]:
        wish = self._caller.wish
        digit = KEYS[wish][len(self.call.keys_pressed)]
        self._keys_at_s.pop(0)
        self.call = replace(self.call, keys_pressed=self.call.keys_pressed + digit)
        if wish in (Wish.PERSON, Wish.MESSAGE):
            self._leaves_at_s = now_s + LEAVES_AFTER_KEY_S
        return (PressKey(digit),)

    def _talk(self, now_s: float) -> Sequence[Doing]:
        """Whatever was wished for: the turn has come."""
        if self.call.talked_at_s is None:
            # Keys would be the agent's business now.
            self._keys_at_s, self._leaves_at_s = [], None
            self.call = replace(self.call, talked_at_s=now_s)
            if self._asks:
                self._sound_at_s = None
                return (Speak(),)
        return (Leave(),)


def crowd(
    count: int,
    dice: Random,
    *,
    within_s: float,
    patience_s: float,
    but: Collection[str] = (),
) -> list[CrowdCaller]:
    """So many callers who ring within so long, with other numbers than these."""
    wishes = [
        wish for wish, share in SHARES.items() for _ in range(max(round(count * share / 100), 1))
    ][:count]
    wishes += [Wish.SERVED] * (count - len(wishes))
    dice.shuffle(wishes)
    free = [number for i in range(200, 10_000) if (number := f"+1202555{i:04}") not in but]
    numbers = dice.sample(free, k=count)
    times = sorted(dice.uniform(0.0, within_s) for _ in range(count))
    return [
        CrowdCaller(number, wish, at_s, dice.uniform(6.0, patience_s))
        for number, wish, at_s in zip(numbers, wishes, times, strict=True)
    ]
