"""What does the caller do next: wait, speak, press keys or hang up?

A polite person: hears the greeting out, speaks, waits until the agent has
answered and fallen silent, speaks on. Silence is counted in media time, frame by
frame; patience is counted in `now`, so that a line gone dead cannot hold the
caller for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from voicebot.errors import IllegalTransition


@dataclass(frozen=True, slots=True)
class Manners:
    """How a caller behaves."""

    pause_ms: int = 900  # silence that shows the agent has finished
    patience_s: float = 10.0  # longest wait for the agent to begin
    longest_answer_s: float = 60.0  # longest hearing an answer gets
    ring_limit_s: float = 30.0  # longest wait for the call to be answered
    interrupt_after_ms: int | None = None  # speak again this long into an answer
    onset_ms: int = 60  # sound this long in a row is speech, less is a click


@dataclass(frozen=True, slots=True)
class Say:
    """A step of the script: speak the utterance of this index."""

    utterance: int
    # So long into an answer, and left out when there is none; None: when the agent has finished.
    over_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SendBack:
    """A step of the script: for a while the telephone sends back what it plays."""

    gain_db: float
    delay_ms: int
    length_ms: int
    over_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """A step of the script: press these keys."""

    digits: str


Step = Say | SendBack | Press


@dataclass(frozen=True, slots=True)
class Answered:
    """The called side took the call."""


@dataclass(frozen=True, slots=True)
class FrameHeard:
    """One frame arrived at the caller's ear."""

    is_sound: bool
    frame_ms: int


@dataclass(frozen=True, slots=True)
class StepDone:
    """The utterance or the digits went out completely."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call is over, whoever ended it."""


Event = Answered | FrameHeard | StepDone | HungUp


class HangUpReason(StrEnum):
    SCRIPT_FINISHED = "script-finished"
    NOT_ANSWERED = "not-answered"


@dataclass(frozen=True, slots=True)
class Speak:
    utterance: int


@dataclass(frozen=True, slots=True)
class SendDigits:
    digits: str


@dataclass(frozen=True, slots=True)
class HangUp:
    reason: HangUpReason


Command = Speak | SendBack | SendDigits | HangUp


class CallerState(StrEnum):
    DIALLING = "dialling"
    LISTENING = "listening"
    SPEAKING = "speaking"
    ENDED = "ended"


class CallScript:
    """One call from dialling to hanging up."""

    def __init__(self, steps: Sequence[Step], manners: Manners, now: float) -> None:
        self._steps = tuple(steps)
        self._manners = manners
        self._next_step = 0
        self._state = CallerState.DIALLING
        self._deadline: float | None = now + manners.ring_limit_s
        self._sound_in_a_row_ms = 0
        self._silence_ms = 0
        self._answer_ms: int | None = None  # since the agent began; None: it has not

    @property
    def state(self) -> CallerState:
        return self._state

    def next_deadline(self) -> float | None:
        return self._deadline

    def on_deadline(self, now: float) -> Sequence[Command]:
        """Patience is over: hang up unanswered, or go on with the script."""
        if self._deadline is None or now < self._deadline:
            return ()
        if self._state is CallerState.DIALLING:
            return self._hang_up(HangUpReason.NOT_ANSWERED)
        return self._go_on(into_answer=False)

    def receive(self, event: Event, now: float) -> Sequence[Command]:
        match event, self._state:
            case HungUp(), _:
                self._state, self._deadline = CallerState.ENDED, None
            case Answered(), CallerState.DIALLING:
                self._listen(now)
            case FrameHeard(), CallerState.LISTENING:
                return self._hear(event, now)
            # Early media, sound while speaking and the last frames after hanging up.
            case FrameHeard(), _:
                pass
            case StepDone(), CallerState.SPEAKING:
                self._listen(now)
            # The answer may cross our hanging up, and so may the end of what we said.
            case ((Answered() | StepDone()), CallerState.ENDED):
                pass
            case _:
                raise IllegalTransition(self._state, type(event).__name__)
        return ()

    def _listen(self, now: float) -> None:
        self._state = CallerState.LISTENING
        self._deadline = now + self._manners.patience_s
        self._sound_in_a_row_ms = self._silence_ms = 0
        self._answer_ms = None

    def _hear(self, frame: FrameHeard, now: float) -> Sequence[Command]:
        self._sound_in_a_row_ms = self._sound_in_a_row_ms + frame.frame_ms if frame.is_sound else 0
        self._silence_ms = 0 if frame.is_sound else self._silence_ms + frame.frame_ms
        if self._answer_ms is None:
            if self._sound_in_a_row_ms < self._manners.onset_ms:
                return ()
            self._answer_ms = self._sound_in_a_row_ms
            self._deadline = now + self._manners.longest_answer_s
        else:
            self._answer_ms += frame.frame_ms
        has_finished = self._silence_ms >= self._manners.pause_ms
        if has_finished or self._may_interrupt():
            return self._go_on(into_answer=not has_finished)
        return ()

    def _may_interrupt(self) -> bool:
        """The greeting is always heard out, and so is the last answer."""
        if self._answer_ms is None or not 0 < self._next_step < len(self._steps):
            return False
        limit_ms = _over_ms(self._steps[self._next_step])
        if limit_ms is not None:  # over its words, and not between them
            return self._answer_ms >= limit_ms and self._sound_in_a_row_ms > 0
        limit_ms = self._manners.interrupt_after_ms
        return limit_ms is not None and self._answer_ms >= limit_ms

    def _go_on(self, *, into_answer: bool) -> Sequence[Command]:
        if not into_answer:
            # What is meant to be heard over an answer is nothing without one.
            while self._next_step < len(self._steps) and (
                _over_ms(self._steps[self._next_step]) is not None
            ):
                self._next_step += 1
        if self._next_step == len(self._steps):
            return self._hang_up(HangUpReason.SCRIPT_FINISHED)
        step = self._steps[self._next_step]
        self._next_step += 1
        self._state, self._deadline = CallerState.SPEAKING, None
        match step:
            case Say(utterance):
                return (Speak(utterance),)
            case SendBack():
                return (step,)
            case Press(digits):
                return (SendDigits(digits),)

    def _hang_up(self, reason: HangUpReason) -> Sequence[Command]:
        self._state, self._deadline = CallerState.ENDED, None
        return (HangUp(reason),)


def _over_ms(step: Step) -> int | None:
    return None if isinstance(step, Press) else step.over_ms
