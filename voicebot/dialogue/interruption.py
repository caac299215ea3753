"""Is what the caller makes over an answer a turn, or only a sound?

The agent pauses at once, and its answer is kept meanwhile. Words that ask for the floor
make it a turn, and so does speech longer than any "uh-huh": then the agent stops for good.
A noise, a cough or an "uh-huh" lets it go on where it paused. It goes on, too, when nobody
can tell in time: words that come later still stop it.

All times are seconds since the call began.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import UtteranceId
from voicebot.dialogue.back_channel import is_back_channel
from voicebot.dialogue.own_words import are_own_words

# People who listen say "uh-huh, okay, right" in less; counted in frames of speech.
SURELY_A_TURN_MS = 1_000
# The recognizer makes words of a hum: "mm-hmm" was "in a month" at 0.42, "uh-huh" "oh" at 0.37. Of
# 18 single words of a human speaker all but two were heard more surely (2026-11).
SURE_CONFIDENCE = 0.45
# The same hum was "in my mom" at 0.43, and with the noise of a line at more than 0.45; several
# words that were really said, "I see", at 0.74 and more (2026-11).
SURE_OF_SEVERAL_CONFIDENCE = 0.55
# The agent is silent, and nobody knows why: the longest that it waits while the sound goes on,
LONGEST_SOUND_S = 1.6
# and after the sound. With the silence that told its end, and the way to the caller's ear, it
# makes less than half a second.
LONGEST_SILENCE_S = 0.2


def is_sure(text: str, confidence: float) -> bool:
    """Whether words that were heard over an answer were said, too."""
    is_single = len(text.split()) < 2
    return confidence >= (SURE_CONFIDENCE if is_single else SURE_OF_SEVERAL_CONFIDENCE)


class Stage(StrEnum):
    """Of the sound, as far as it is known."""

    GOES_ON = "goes_on"
    PAUSES = "pauses"
    OVER = "over"


class Verdict(StrEnum):
    TURN = "turn"  # the caller wants the floor
    SOUND = "sound"  # or shows that they listen
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Interruption:
    """A sound over an answer, from its beginning until it is known what it was."""

    over: str  # the answer, as far as it is not heard: private
    deadline_s: float | None = None
    agent_is_paused: bool = True
    stage: Stage = Stage.GOES_ON
    # What is recognised of it, None while it is awaited: private.
    words: dict[UtteranceId, str | None] = field(default_factory=dict)
    latest: UtteranceId | None = None  # of the sound that is not over: what comes later replaces it
    silence_ms: int = 0  # since the latest sound, as the ear told it
    stopped_s: float | None = None  # when it did so

    @property
    def heard(self) -> str:
        return " ".join(text for text in self.words.values() if text)

    @property
    def is_recognised(self) -> bool:
        return all(text is not None for text in self.words.values())

    @property
    def verdict(self) -> Verdict:
        """By the words so far."""
        asks_for_nothing = is_back_channel(self.heard, self.over)
        if self.heard and not asks_for_nothing and not are_own_words(self.heard, self.over):
            return Verdict.TURN
        if self.stage is Stage.GOES_ON or not self.is_recognised:
            return Verdict.UNKNOWN
        return Verdict.SOUND

    def sound_begins(self, t: float) -> list[do.Command]:
        """Anew, if there was one before."""
        self.latest = None
        return self.sound_goes_on(t)

    def sound_goes_on(self, t: float) -> list[do.Command]:
        self.stage, self.deadline_s = Stage.GOES_ON, t + LONGEST_SOUND_S
        was_paused, self.agent_is_paused = self.agent_is_paused, True
        return [] if was_paused else [do.PauseSpeaking()]

    def sound_stops(self, event: on.SpeechPaused | on.SpeechEnded, t: float) -> list[do.Command]:
        """For now, or for good."""
        is_over = isinstance(event, on.SpeechEnded)
        if self.stage is Stage.GOES_ON:
            self.deadline_s = t + LONGEST_SILENCE_S
            self.silence_ms, self.stopped_s = event.silence_ms, t
        self.stage = Stage.OVER if is_over else Stage.PAUSES
        commands = self.recognize(event.utterance_id)
        if is_over:
            self.latest = None
        return commands

    def recognize(self, utterance_id: UtteranceId) -> list[do.Command]:
        """These are all the words so far."""
        if utterance_id in self.words:
            return []
        commands: list[do.Command] = []
        if self.latest is not None and self.words.pop(self.latest) is None:
            commands.append(do.CancelRecognition(self.latest))
        self.words[utterance_id], self.latest = None, utterance_id
        return [*commands, do.Recognize(utterance_id)]

    def go_on(self) -> list[do.Command]:
        """The agent speaks on."""
        self.deadline_s = None
        was_paused, self.agent_is_paused = self.agent_is_paused, False
        return [do.ResumeSpeaking()] if was_paused else []

    def awaits(self, utterance_id: UtteranceId) -> bool:
        return utterance_id in self.words and self.words[utterance_id] is None

    def forget(self) -> list[do.Command]:
        """Nobody wants to know any more what it was."""
        return [do.CancelRecognition(item) for item, text in self.words.items() if text is None]
