"""What did the caller hear, and how long was the wait for it?

Everything is read from the two recordings of a call, which share one clock:
sample n of both was spoken and heard at the same instant. The script only says
which part of `said` is which utterance. Sounds less than 250 ms apart are one
stretch of speech.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from voicebot.caller.sound import RATE_HZ, Samples, Span, joined, sounds

STRETCH_PAUSE_MS = 250
# An agent that pauses this long while the caller speaks has stopped; if less, it talks on.
TALKING_ON_PAUSE_MS = 600
SHORTEST_GAP_MS = 60
FRAME_MS = 20


@dataclass(frozen=True, slots=True)
class Spoken:
    """One step of the caller: what it was, and between which moments it went out."""

    label: str
    sent: Span


@dataclass(frozen=True, slots=True)
class Recording:
    """Both sides of a call, and the frames of `heard` that no packet had filled."""

    said: Samples
    heard: Samples
    spoken: tuple[Spoken, ...]
    missing: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class MeasuredTurn:
    """One exchange at the caller's ear. Turn 0 is the greeting."""

    number: int
    said: str  # the step's label, "" for the greeting
    utterance: Span | None  # first to last sound of the caller
    answer: Span | None  # first to last sound of the answer
    # Last sound of the caller to first sound of the answer. Negative: the agent spoke too early.
    voice_to_voice_ms: int | None
    stretches: tuple[Span, ...]  # of speech within the answer
    longest_pause_ms: int  # within the answer
    dead_air_ms: int  # silence while the caller did not hold the floor
    gaps: tuple[Span, ...]  # within the answer no packet arrived for 60 ms or longer
    # The agent was speaking when the caller began: caller's first sound to the agent's last.
    barge_in_ms: int | None


def clock_origin_s(arrivals_s: Sequence[float], frame_ms: int = FRAME_MS) -> float:
    """The instant of a recording's first sample, by the clock that stamped its frames.

    A frame can be stamped late, never early: the earliest of all is right. The two
    clocks part by less than 0.1 ms a second (seen 2026-11), so the first 50 frames do.
    """
    return min(arrival - i * frame_ms / 1000 for i, arrival in enumerate(arrivals_s[:50]))


@dataclass(frozen=True, slots=True)
class _Floor:
    """From the caller's first sound of one step to that of the next."""

    spoken: Spoken | None  # None: the greeting
    utterance: Span | None
    begins_ms: int
    handed_over_ms: int  # the caller's last sound
    talked_into_until_ms: int | None  # the agent was speaking when the caller began


def measure(recording: Recording) -> tuple[MeasuredTurn, ...]:
    """The greeting, and one turn for each step of the caller."""
    heard = joined(sounds(recording.heard), STRETCH_PAUSE_MS)
    missing = joined(recording.missing, 0)
    floors = _floors(recording, heard)
    end_ms = len(recording.heard) * 1000 // RATE_HZ
    nobody = _Floor(None, None, end_ms, end_ms, None)
    return tuple(
        _turn(number, floor, following, heard, missing)
        for number, (floor, following) in enumerate(pairwise([*floors, nobody]))
    )


def _floors(recording: Recording, heard: Sequence[Span]) -> list[_Floor]:
    said = sounds(recording.said)
    floors = [_Floor(None, None, 0, 0, None)]
    for spoken in recording.spoken:
        utterance = _within(said, spoken.sent)
        own = spoken.sent if utterance is None else utterance
        until_ms = None if utterance is None else _talked_into_until_ms(utterance, heard)
        floors.append(_Floor(spoken, utterance, own.start_ms, own.end_ms, until_ms))
    return floors


def _answers_from_ms(floor: _Floor) -> int:
    """What the agent begins before this belongs to the turn before."""
    until_ms = floor.talked_into_until_ms
    return floor.begins_ms if until_ms is None else max(floor.begins_ms, until_ms)


def _talked_into_until_ms(utterance: Span, heard: Sequence[Span]) -> int | None:
    """When the agent fell silent, if it was speaking when the caller began."""
    until_ms: int | None = None
    for stretch in heard:
        if until_ms is None:
            if stretch.start_ms < utterance.start_ms < stretch.end_ms:
                until_ms = stretch.end_ms
        elif (
            stretch.start_ms < utterance.end_ms
            and stretch.start_ms - until_ms < TALKING_ON_PAUSE_MS
        ):
            until_ms = stretch.end_ms
    return until_ms


def _within(sounds_of_all: Sequence[Span], sent: Span) -> Span | None:
    own = [s for s in sounds_of_all if s.start_ms < sent.end_ms and s.end_ms > sent.start_ms]
    return Span(own[0].start_ms, own[-1].end_ms) if own else None


def _turn(
    number: int,
    floor: _Floor,
    following: _Floor,
    heard: Sequence[Span],
    missing: Sequence[Span],
) -> MeasuredTurn:
    # What ended while the caller still spoke was no answer but a back-channel.
    stretches = tuple(
        stretch
        for stretch in heard
        if _answers_from_ms(floor) <= stretch.start_ms < _answers_from_ms(following)
        and stretch.end_ms > floor.handed_over_ms
    )
    answer = Span(stretches[0].start_ms, stretches[-1].end_ms) if stretches else None
    pauses_ms = [later.start_ms - earlier.end_ms for earlier, later in pairwise(stretches)]
    waited_ms = (following.begins_ms if answer is None else answer.start_ms) - floor.handed_over_ms
    return MeasuredTurn(
        number=number,
        said="" if floor.spoken is None else floor.spoken.label,
        utterance=floor.utterance,
        answer=answer,
        voice_to_voice_ms=None if answer is None or floor.utterance is None else waited_ms,
        stretches=stretches,
        longest_pause_ms=max(pauses_ms, default=0),
        dead_air_ms=max(waited_ms, 0) + sum(pauses_ms),
        gaps=_gaps(answer, missing),
        barge_in_ms=None
        if floor.talked_into_until_ms is None
        else floor.talked_into_until_ms - floor.begins_ms,
    )


def _gaps(answer: Span | None, missing: Sequence[Span]) -> tuple[Span, ...]:
    if answer is None:
        return ()
    return tuple(
        gap
        for gap in missing
        if gap.length_ms >= SHORTEST_GAP_MS
        and answer.start_ms < gap.start_ms
        and gap.end_ms < answer.end_ms
    )
