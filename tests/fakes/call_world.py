"""What a call's commands set going, and everything that may plausibly happen next.

Stands in for Asterisk, the workers and the caller in tests of decisions: it keeps no time
and does nothing by itself, but knows which results are still to come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import (
    AnswerSource,
    CallRecord,
    PhraseId,
    ReplyId,
    TransferResult,
    UtteranceId,
)
from voicebot.dialogue.agent import EndCall, HandOver, Listen, Say, SetRecording, Step
from voicebot.dialogue.interruption import SURELY_A_TURN_MS
from voicebot.turns.playback import HeardPhrase, heard_of

SAYINGS = (
    "",
    "yes",
    "no",
    "no thanks",
    "what was that",
    "goodbye",
    "Where are you?",
    "How long does a repair take",
    "Do you sell elephants?",
    "and tomorrow?",
)
# What an agent may want done.
STEPS: tuple[Step, ...] = (
    Say("We are at forty two Harbor Street.", AnswerSource.FACT, "address"),
    Say("Most repairs are done within two days. A flat tire we fix while you wait."),
    Say("That sounds lovely!", AnswerSource.MODEL),
    EndCall(),
    EndCall(took_leave=False),
    HandOver("workshop", "The caller asked about tandems."),
    Listen(end_silence_ms=1400, max_keys=3),
    SetRecording(is_on=False),
    SetRecording(is_on=True),
)
# One phrase's audio; what was heard of it is a part of this.
PHRASE_MS = 1_000


@dataclass(slots=True)
class World:
    """Results that are still to come, by what was asked for."""

    recognizing: list[UtteranceId] = field(default_factory=list)
    thinking: list[ReplyId] = field(default_factory=list)
    saying: dict[PhraseId, str] = field(default_factory=dict)
    started: set[PhraseId] = field(default_factory=set)
    stopping: list[tuple[PhraseId, ...]] = field(default_factory=list)
    speaking: UtteranceId | None = None  # the caller, just now
    utterances: int = 0
    pause: UtteranceId | None = None  # of which nobody knows yet whether it is the end
    pauses: int = 0
    is_paused: bool = False  # the agent, who has the floor still
    held: set[PhraseId] = field(default_factory=set)  # made, and not spoken
    provisional: set[ReplyId] = field(default_factory=set)  # whose wishes wait
    past: list[on.ConversationEvent] = field(default_factory=list)
    is_away: bool = False  # in the dialplan, on the way to a person or with one
    recordings: list[bool] = field(default_factory=list)  # paused, went on
    hung_up: int = 0
    left: int = 0
    written: list[CallRecord] = field(default_factory=list)

    def carry_out(self, commands: Sequence[do.Command]) -> None:
        for command in commands:
            match command:
                case do.Recognize(utterance_id):
                    self.recognizing.append(utterance_id)
                case do.CancelRecognition(utterance_id):
                    self.recognizing = [i for i in self.recognizing if i != utterance_id]
                case do.Think(reply_id, is_provisional=is_provisional):
                    self.thinking.append(reply_id)
                    if is_provisional:
                        self.provisional.add(reply_id)
                case do.CancelThinking(reply_id):
                    self.thinking = [item for item in self.thinking if item != reply_id]
                case do.SetRecording(is_on):
                    self.recordings.append(is_on)
                case do.Transfer():
                    self.is_away = True
                case do.Say(phrase_id, text, is_held):
                    assert text.strip(), "nothing can be heard of an empty phrase"
                    assert phrase_id not in self.saying, "a phrase's id is its own"
                    assert self.pause is not None or not is_held, "nobody would ever hear it"
                    self.saying[phrase_id] = text
                    if is_held:
                        self.held.add(phrase_id)
                case do.Confirm():
                    self.held.clear()
                    self.provisional.clear()
                case do.PauseSpeaking():
                    assert not self.is_paused, "it is silent already"
                    self.is_paused = True
                case do.ResumeSpeaking():
                    assert self.is_paused, "it speaks"
                    self.is_paused = False
                case do.StopSpeaking():
                    self.is_paused = False
                    self.stopping.append(
                        tuple(item for item in self.saying if item not in self.held)
                    )
                    self.saying.clear()
                    self.held.clear()
                case do.HangUp():
                    self.hung_up += 1
                case do.Leave():
                    self.left += 1
                case do.WriteRecord(record):
                    self.written.append(record)

    def note(self, event: on.CallEvent) -> None:
        """The event is given to the session: it is not to come any more."""
        if isinstance(event, on.ConversationEvent):
            self.past.append(event)
        match event:
            case on.SpeechStarted(utterance_id):
                self.speaking, self.utterances = utterance_id, self.utterances + 1
            case on.SpeechLasted():
                self.pauses += 1
            case on.SpeechPaused(utterance_id):
                self.pause, self.pauses = utterance_id, self.pauses + 1
            case on.SpeechResumed():
                self.pause = None
            case on.SpeechEnded(utterance_id):
                self.speaking = None
                if self.pause == utterance_id:
                    self.pause = None
            case on.Transcribed(utterance_id) | on.RecognitionFailed(utterance_id):
                self.recognizing = [item for item in self.recognizing if item != utterance_id]
            case on.ThinkingDone(reply_id) | on.ThinkingFailed(reply_id):
                self.thinking = [item for item in self.thinking if item != reply_id]
            case on.CameBack():
                self.is_away = False
            case on.PhraseStarted(phrase_id):
                self.started.add(phrase_id)
            case on.PhrasePlayed(phrase_id) | on.PhraseFailed(phrase_id):
                self.saying.pop(phrase_id, None)
            case on.Silenced():
                self.stopping = self.stopping[1:]

    def results(self) -> list[list[on.CallEvent]]:
        """For each result that must come what it may be, the most helpful first."""
        results: list[list[on.CallEvent]] = []
        for utterance_id in self.recognizing:
            transcripts = [on.Transcribed(utterance_id, text) for text in SAYINGS]
            results.append([*transcripts, on.RecognitionFailed(utterance_id, "inference-timeout")])
        for reply_id in self.thinking:
            steps = [
                on.Stepped(reply_id, step)
                for step in STEPS
                if isinstance(step, Say) or reply_id not in self.provisional
            ]
            memories: tuple[dict[str, JsonValue], ...] = ({}, {"offered": "address"})
            done = [on.ThinkingDone(reply_id, memory) for memory in memories]
            failed = on.ThinkingFailed(reply_id, "inference-timeout")
            # The most helpful first: an answer, then its end.
            results.append([*done[:1], *steps, *done[1:], on.Retrieved(reply_id), failed])
        if self.is_away:
            results.append([on.CameBack(TransferResult.BUSY), on.OperatorTook("maria")])
        for phrase_id in list(self.saying)[:1]:
            failed_phrase = on.PhraseFailed(phrase_id, "inference-timeout")
            if phrase_id in self.held:
                results.append([failed_phrase])
                continue
            fate = (on.PhrasePlayed(phrase_id), failed_phrase)
            started = [] if phrase_id in self.started else [on.PhraseStarted(phrase_id, 70)]
            results.append([*started, *fate])
        for phrases_cut in self.stopping[:1]:
            # A mark may already be on its way when the agent is stopped.
            marks = [on.PhrasePlayed(phrase_id) for phrase_id in phrases_cut[:1]]
            results.append([*(on.Silenced(heard) for heard in _parts(phrases_cut)), *marks])
        return results

    def caller_events(self) -> list[on.CallEvent]:
        """What the caller may do by choice."""
        if self.pause is not None:
            return [on.SpeechEnded(self.pause, 480)]
        if self.speaking is not None:
            return [on.SpeechEnded(self.speaking, 480)]
        return [on.SpeechStarted(UtteranceId(f"u{self.utterances + 1}"))]

    def pause_events(self) -> list[on.CallEvent]:
        """How a caller may think in mid-sentence."""
        if self.speaking is None:
            return []
        if self.pause is not None:
            return [on.SpeechResumed()]
        so_far = UtteranceId(f"{self.speaking}.{self.pauses + 1}")
        lasted = [on.SpeechLasted(so_far, ms) for ms in (400, SURELY_A_TURN_MS)]
        return [*lasted, on.SpeechPaused(UtteranceId(f"{self.speaking}.{self.pauses + 1}"), 200)]

    def plausible(self, choice: int) -> on.CallEvent:
        """One of all that may happen in a call that talks, late and repeated events included."""
        others: list[on.CallEvent] = [
            on.CallerAudible(),
            on.KeyPressed("5"),
            on.PutOnHold(),
            on.TakenOffHold(),
            *self.past[-3:],
            *self.past[:3],
        ]
        groups: list[list[on.CallEvent]] = [
            *self.results() * 2,
            [*self.caller_events(), *self.pause_events()],
            others,
        ]
        choice, number = divmod(choice, len(groups))
        return groups[number][choice % len(groups[number])]


def _parts(phrases: tuple[PhraseId, ...]) -> list[tuple[HeardPhrase, ...]]:
    queued = [(phrase_id, PHRASE_MS) for phrase_id in phrases]
    total_ms = PHRASE_MS * len(phrases)
    return [heard_of(queued, unheard_ms) for unheard_ms in (total_ms // 2, total_ms, 0)]
