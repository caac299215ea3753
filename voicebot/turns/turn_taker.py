"""When has the caller begun to speak, and when has the caller finished?

Counts media time, never wall time: each frame advances the count by its own
length, so a stalled network cannot end a turn. One noisy frame begins nothing,
holds nothing open, and one quiet frame ends nothing: speech has to fill most of
a short window, and has to last before it counts as going on.
"""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TurnRules:
    """How much media time it takes to be sure, in ms."""

    # While the agent is silent: a short word must be enough.
    onset_speech_ms: int = 80
    onset_window_ms: int = 120
    # While the agent speaks: enough to have it pause, since a pause costs little.
    barge_in_speech_ms: int = 100
    barge_in_window_ms: int = 140
    # Whether that was more than a sound must be known soon: so much speech is told of, and a
    # pause as soon as words could be over.
    told_speech_ms: tuple[int, ...] = (400, 1_000)
    barge_in_pause_ms: int = 140
    # What was said so far may be all: its answer is prepared while the caller may still go on.
    pause_silence_ms: int = 160
    end_silence_ms: int = 480
    # Speech in a row, shorter than this, is a click on the line: the silence goes on.
    resumed_speech_ms: int = 60
    # The recognizer's window is 30 s; a longer monologue is heard in pieces.
    longest_utterance_ms: int = 28_000


@dataclass(frozen=True, slots=True)
class SpeechOnset:
    """The caller has begun to speak, `ago_ms` before the end of this frame."""

    ago_ms: int


@dataclass(frozen=True, slots=True)
class SpeechPause:
    """The caller may have finished: `speech_ms` from onset to last sound, then `silence_ms`."""

    speech_ms: int
    silence_ms: int


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """The caller goes on after a pause."""


@dataclass(frozen=True, slots=True)
class SpeechEnd:
    """The caller has finished: `speech_ms` from onset to last sound, then `silence_ms`."""

    speech_ms: int
    silence_ms: int


@dataclass(frozen=True, slots=True)
class SpeechLasts:
    """The caller speaks over the agent: so much speech since the onset, pauses left out."""

    speech_ms: int


Change = SpeechOnset | SpeechLasts | SpeechPause | SpeechResumed | SpeechEnd


class TurnTaker:
    """Follows one caller's voice, frame by frame."""

    def __init__(self, rules: TurnRules | None = None) -> None:
        self._rules = rules if rules is not None else TurnRules()
        self._recent: deque[tuple[int, bool]] = deque()
        self._is_speaking = False
        self._utterance_ms = 0
        self._silence_ms = 0  # since the last speech that counts
        self._in_row_ms = 0  # speech up to this frame without a gap
        self._is_pausing = False
        self._spoken_ms = self._told_ms = 0  # speech in this utterance; so much was told of

    @property
    def caller_is_speaking(self) -> bool:
        return self._is_speaking

    def receive(
        self,
        frame_ms: int,
        is_speech: bool,
        *,
        agent_is_speaking: bool,
        is_voice: bool = True,
        end_silence_ms: int | None = None,
    ) -> Change | None:
        """Takes the next frame's verdict; tells what it changed, if anything.

        `is_voice`: what sounded lately was a voice. It tells late, and of the past; so it vouches
        for all of an onset over the agent's speech, and for nothing while the agent is silent.

        `end_silence_ms`: ends the turn in place of the rule's; callers who leave a message, or
        look for a number, make longer pauses, and words may tell that nothing is missing.
        """
        if self._is_speaking:
            if end_silence_ms is None:
                end_silence_ms = self._rules.end_silence_ms
            is_speech = is_speech and (is_voice or not agent_is_speaking)
            return self._follow(frame_ms, is_speech, agent_is_speaking, end_silence_ms)
        return self._await_onset(
            frame_ms, is_speech, agent_is_speaking, may_begin=is_voice or not agent_is_speaking
        )

    def _await_onset(
        self, frame_ms: int, is_speech: bool, agent_is_speaking: bool, *, may_begin: bool
    ) -> SpeechOnset | None:
        rules = self._rules
        self._recent.append((frame_ms, is_speech))
        longest_ms = max(rules.onset_window_ms, rules.barge_in_window_ms)
        while sum(length for length, _ in self._recent) > longest_ms:
            self._recent.popleft()
        needed_ms, window_ms = (
            (rules.barge_in_speech_ms, rules.barge_in_window_ms)
            if agent_is_speaking
            else (rules.onset_speech_ms, rules.onset_window_ms)
        )
        seen_ms = speech_ms = onset_ago_ms = 0
        for length, spoken in reversed(self._recent):
            seen_ms += length
            if seen_ms > window_ms:
                break
            if spoken:
                speech_ms += length
                onset_ago_ms = seen_ms
        if not is_speech or not may_begin or speech_ms < needed_ms:
            return None
        self._recent.clear()
        self._is_speaking, self._utterance_ms, self._silence_ms = True, onset_ago_ms, 0
        self._in_row_ms = rules.resumed_speech_ms  # the onset was no click
        self._spoken_ms, self._told_ms = speech_ms, 0
        return SpeechOnset(onset_ago_ms)

    def _follow(
        self, frame_ms: int, is_speech: bool, agent_is_speaking: bool, end_silence_ms: int
    ) -> Change | None:
        rules = self._rules
        self._utterance_ms += frame_ms
        self._in_row_ms = self._in_row_ms + frame_ms if is_speech else 0
        self._spoken_ms += frame_ms if is_speech else 0
        goes_on = is_speech and self._in_row_ms >= rules.resumed_speech_ms
        self._silence_ms = 0 if goes_on else self._silence_ms + frame_ms
        # A noise just begun may be the next word: whether it is must be known first.
        is_over = not is_speech and self._silence_ms >= end_silence_ms
        speech_ms = self._utterance_ms - self._silence_ms
        if is_over or self._utterance_ms >= rules.longest_utterance_ms:
            self._is_speaking = self._is_pausing = False
            return SpeechEnd(speech_ms, self._silence_ms)
        if self._is_pausing and goes_on:
            self._is_pausing = False
            return SpeechResumed()
        pause_ms = rules.barge_in_pause_ms if agent_is_speaking else rules.pause_silence_ms
        may_be_over = not is_speech and self._silence_ms >= pause_ms
        if may_be_over and not self._is_pausing:
            self._is_pausing = True
            return SpeechPause(speech_ms, self._silence_ms)
        return self._tell() if agent_is_speaking else None

    def _tell(self) -> SpeechLasts | None:
        reached = [limit for limit in self._rules.told_speech_ms if limit <= self._spoken_ms]
        if not reached or reached[-1] <= self._told_ms:
            return None
        self._told_ms = reached[-1]
        return SpeechLasts(self._spoken_ms)
