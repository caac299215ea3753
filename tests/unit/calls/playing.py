"""A call session played step by step; call time advances in steps that floats hold exactly."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.fakes.call_world import World
from tests.fakes.sample_business import a_business
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import CallFacts, CallId, ChannelId, PhraseId, TurnRecord, UtteranceId
from voicebot.calls.session import CallContext, CallSession
from voicebot.dialogue.business import Business
from voicebot.dialogue.conversation_state import Phase
from voicebot.dialogue.interruption import SURELY_A_TURN_MS
from voicebot.turns.playback import HeardPhrase

STARTED_AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
TICK_S = 1 / 64


def a_context(*, is_recorded: bool = False) -> CallContext:
    facts = CallFacts(CallId("node1-1.1"), ChannelId("node1-1.1"), "+12025550123", "1000", "ulaw")
    return CallContext(facts, "voicebot-a-1", STARTED_AT, is_recorded=is_recorded)


@dataclass(slots=True)
class PlayedCall:
    """One session in its world."""

    business: Business = field(default_factory=a_business)
    context: CallContext = field(default_factory=a_context)
    base_now: float = 4096.0
    t: float = 0.0
    world: World = field(default_factory=World)
    session: CallSession = field(init=False)

    def __post_init__(self) -> None:
        self.session = CallSession(self.business, self.context, self.base_now + self.t)

    @property
    def now(self) -> float:
        return self.base_now + self.t

    @property
    def is_over(self) -> bool:
        return bool(self.world.written)

    @property
    def last_record(self) -> TurnRecord:
        """Of the last turn that is over."""
        return self.context.conversation.records[-1]

    @property
    def acts_in_s(self) -> float:
        """How long the session waits for anybody else."""
        deadline = self.session.next_deadline()
        assert deadline is not None, "the session waits for ever"
        return deadline - self.now

    def phase(self) -> Phase:
        return self.context.conversation.phase

    def happens(self, *events: on.CallEvent) -> list[do.Command]:
        """Each event a tick after the one before; the commands of the last."""
        commands: list[do.Command] = []
        for event in events:
            self.t += TICK_S
            self.world.note(event)
            commands = self.session.receive(event, self.now)
            self.world.carry_out(commands)
        return commands

    def waits(self) -> list[do.Command]:
        """Until the session's next deadline is past."""
        deadline = self.session.next_deadline()
        assert deadline is not None, "the session waits for nothing"
        self.t = max(self.t, -(-(deadline - self.base_now) // TICK_S) * TICK_S)
        commands = self.session.on_deadline(self.now)
        self.world.carry_out(commands)
        return commands

    def connects(self) -> list[do.Command]:
        """Up to the greeting."""
        return self.happens(on.Claimed(), on.Connected(), on.CallerAudible())

    def hears_all(self) -> list[do.Command]:
        """Everything the agent was told to say is played to the caller."""
        commands: list[do.Command] = []
        while self.world.saying:
            phrase_id = next(iter(self.world.saying))
            self.happens(on.PhraseStarted(phrase_id, 70))
            commands = self.happens(on.PhrasePlayed(phrase_id))
        return commands

    def begins_to_hear(self) -> PhraseId:
        """The next phrase reaches the caller's ear."""
        phrase_id = next(iter(self.world.saying))
        self.happens(on.PhraseStarted(phrase_id, 70))
        return phrase_id

    def cannot_hear(self) -> list[do.Command]:
        """The next phrase could not be made into speech."""
        phrase_id = next(iter(self.world.saying))
        return self.happens(on.PhraseFailed(phrase_id, "inference-timeout"))

    def begins_to_speak(self) -> list[do.Command]:
        (started,) = self.world.caller_events()
        return self.happens(started)

    def interrupts(self, *heard_ms: int) -> list[do.Command]:
        """The caller speaks over the agent for long enough to be sure, having heard so much of
        each phrase's 1000 ms."""
        commands = self.begins_to_speak()
        if self.context.conversation.interruption is not None:
            commands = self.happens(on.SpeechLasted(UtteranceId("so far"), SURELY_A_TURN_MS))
        if self.world.stopping:
            # Without figures, nothing was told of what was heard.
            parts = zip(self.world.stopping[0], heard_ms, strict=bool(heard_ms))
            self.happens(on.Silenced(tuple(HeardPhrase(item, ms, 1000) for item, ms in parts)))
        return commands

    def stops_speaking(self) -> list[do.Command]:
        """What was said is not understood yet."""
        (ended,) = self.world.caller_events()
        return self.happens(ended)

    def has_spoken(self) -> list[do.Command]:
        """The caller begins and ends an utterance, which is not understood yet."""
        self.begins_to_speak()
        return self.stops_speaking()

    def speaks(self, text: str) -> list[do.Command]:
        """The caller says something, and is understood."""
        self.begins_to_speak()
        return self.finishes(text)

    def finishes(self, text: str) -> list[do.Command]:
        """The caller ends an utterance begun before, and is understood."""
        assert self.world.speaking is not None
        utterance_id = self.world.speaking
        self.happens(on.SpeechEnded(utterance_id, 480))
        return self.happens(on.Transcribed(utterance_id, text))

    def greets(self) -> "PlayedCall":
        """Connected, and the greeting was heard."""
        self.connects()
        self.hears_all()
        return self


def spoken(commands: Sequence[do.Command]) -> str:
    """What these commands have the agent say."""
    return " ".join(command.text for command in commands if isinstance(command, do.Say))


def transfers_in(commands: Sequence[do.Command]) -> list[do.Transfer]:
    return [command for command in commands if isinstance(command, do.Transfer)]


def assert_something_is_to_come(call: PlayedCall) -> None:
    """No dead air: there is a deadline, or a result that somebody owes."""
    if call.session.state != "talking" or not call.context.was_greeted:
        return
    state, world = call.context.conversation, call.world
    is_interrupted = state.interruption is not None and state.interruption.agent_is_paused
    assert world.is_paused is is_interrupted, "it would never speak on"
    if state.interruption is not None and state.interruption.agent_is_paused:
        assert state.interruption.deadline_s is not None, "a pause would never end"
    turn, has_deadline = state.turn, call.session.next_deadline() is not None
    if turn is not None and turn.pause is not None:
        assert has_deadline, "a pause would never end"
        return
    match state.phase:
        case Phase.LISTENING | Phase.HEARING | Phase.KEYING:
            assert has_deadline, "the agent would listen for ever"
        case Phase.UNDERSTANDING:
            assert turn is not None
            owed = any(turn.awaits(item) for item in world.recognizing)
            owed = owed or turn.reply_id in world.thinking
            assert owed, "nobody works on an answer"
        case Phase.SPEAKING | Phase.CLOSING:
            is_said = turn is not None and any(
                item.phrase_id in world.saying and not item.is_over for item in turn.phrases
            )
            is_awaited = turn is not None and turn.reply_id in world.thinking
            assert is_said or is_awaited or has_deadline, "nobody speaks"
        case Phase.AWAY:
            raise AssertionError("the caller is away, but the call talks")
        case Phase.OVER:
            raise AssertionError("the conversation is over, but the call goes on")
