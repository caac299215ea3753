"""What does an agent process share among its calls?"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from voicebot.agents.clock import Clock as Clock
from voicebot.agents.desk import Desks
from voicebot.agents.record_keeping import RecordKeeping
from voicebot.agents.snoops import Snoops
from voicebot.agents.supervisors import Supervisors
from voicebot.agents.waiting_room import WaitingRoom
from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallFacts, Direction, TurnRecord
from voicebot.capacity.degradation import Degradation
from voicebot.dialogue.queue_settings import queue_of
from voicebot.ports import (
    CallbackBook,
    CallContexts,
    CallControl,
    CallEvents,
    MeaningEncoder,
    MediaLink,
    MessageAudio,
    MessageBook,
    Recognizer,
    ReplyMemory,
    Responder,
    Synthesizer,
    VoiceDetector,
    WebServices,
)
from voicebot.turns.speculation import Speculation


@dataclass(frozen=True, slots=True)
class CallServices:
    """Everything a call needs of the outside, behind its ports."""

    desks: Desks
    clock: Clock
    control: CallControl
    # Opens the media socket with this connection id.
    open_link: Callable[[str, Encoding], Awaitable[MediaLink]]
    new_voice_detector: Callable[[Encoding], VoiceDetector]
    recognizer: Recognizer
    responder: Responder
    synthesizer: Synthesizer
    meaning: MeaningEncoder
    replies: ReplyMemory
    contexts: CallContexts
    events: CallEvents
    records: RecordKeeping
    messages: MessageBook
    callbacks: CallbackBook
    message_audio: MessageAudio
    web: WebServices
    speculation: Speculation
    waiting_room: WaitingRoom | None = None  # None: nobody waits
    snoops: Snoops = field(default_factory=Snoops)
    supervisors: Supervisors = field(default_factory=Supervisors)
    turn_over: Callable[[TurnRecord], None] = lambda turn: None
    # The step of service, asked once a turn: what is being said is said to its end.
    degradation: Callable[[], Degradation] = lambda: Degradation.FULL

    def waiting_room_of(self, facts: CallFacts) -> WaitingRoom | None:
        """Who knows of this call's slot; probes take none."""
        return None if facts.direction is Direction.PROBE else self.waiting_room

    def must_wait(self, facts: CallFacts) -> bool:
        """Whether this call asks to be let in; whom we ring has nothing to wait for."""
        return facts.direction is Direction.INBOUND and self.waiting_room is not None

    def may_wait(self, called_number: str) -> bool:
        """Whether callers of this number have a queue to wait in."""
        if self.waiting_room is None:
            return False
        return queue_of(self.desks.of(called_number).business.queues, called_number) is not None
