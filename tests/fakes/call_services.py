"""All that a call needs of the outside, in the hands of a test.

Each does at once and without fail what it is asked, unless it is told otherwise. A result
that is an error is raised; a result that is FOREVER never comes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from pydantic import JsonValue

from tests.fakes.call_records import FakeCallRecords
from tests.fakes.sample_business import a_business
from tests.fakes.shared_state import FakeAgentDirectory, FakeCallContexts, FakeCallEvents
from voicebot.agents.desk import Desk, Desks
from voicebot.agents.record_keeping import RecordKeeping
from voicebot.agents.services import CallServices, Clock
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.calls.model import (
    BridgeId,
    CallbackRequest,
    CallId,
    CallRecord,
    ChannelId,
    Message,
)
from voicebot.dialogue.actions import actions_of
from voicebot.dialogue.agent import VoiceAgent
from voicebot.dialogue.answers import FactIndex, questions_of
from voicebot.dialogue.business import Business
from voicebot.dialogue.business_agent import BusinessAgent
from voicebot.errors import AsteriskError, SharedStateError, StoreError
from voicebot.ports import (
    AgentLoad,
    CallerAudio,
    DigitReceived,
    MarkPlayed,
    MediaEnded,
    MediaEvent,
    MediaLink,
    Transcript,
)

# A Monday, 11:00 in Chicago.
STARTED_AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
SPEECH = b"\x01" * Encoding.ULAW.frame_bytes
QUIET = Encoding.ULAW.silence_frame


class Forever(Enum):
    FOREVER = "forever"


FOREVER = Forever.FOREVER


@dataclass(frozen=True, slots=True)
class After:
    """What follows in a script comes so much later."""

    duration_s: float


async def _given(result: Exception | Forever | After) -> None:
    match result:
        case Forever():
            await asyncio.Event().wait()
        case After(duration_s):
            await asyncio.sleep(duration_s)
        case Exception():
            raise result


class ScriptedRecognizer:
    """Understands what the script says, one entry for each utterance."""

    def __init__(self, *script: str | Exception | Forever) -> None:
        self.script = deque(script)
        self.asked: list[tuple[bytes, Mapping[str, Any]]] = []

    async def recognize(
        self,
        call_id: CallId,
        audio: bytes,
        *,
        encoding: Encoding,
        language: str,
        hint: str,
        deadline_s: float,
        accurate: bool = False,
    ) -> Transcript:
        options = {"encoding": encoding, "language": language, "hint": hint}
        self.asked.append((audio, options))
        result = self.script.popleft()
        if not isinstance(result, str):
            await _given(result)
        return Transcript(str(result), 0.9, 0, 100)


class ScriptedResponder:
    """Says what the script says, one entry of pieces for each reply."""

    def __init__(self, *script: Sequence[str | Exception | Forever | After]) -> None:
        self.script = deque(script)
        self.asked: list[Sequence[Mapping[str, str]]] = []
        self.closed_early = 0

    async def respond(
        self,
        call_id: CallId,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        deadline_s: float,
        grammar: str | None = None,
    ) -> AsyncGenerator[str]:
        self.asked.append(messages)
        try:
            for piece in self.script.popleft():
                if isinstance(piece, str):
                    yield piece
                else:
                    await _given(piece)
        except (GeneratorExit, asyncio.CancelledError):
            self.closed_early += 1
            raise


class ScriptedSynthesizer:
    """Every word is 100 ms of audio and, unless `script` says otherwise, can be spoken."""

    def __init__(self) -> None:
        self.script: dict[str, Sequence[bytes | Exception | Forever | After]] = {}
        self.asked: list[str] = []
        # A library may swallow a cancellation: the next audio then comes after all.
        self.loses_cancellation = False
        self.closed_early = 0
        self.broken = False

    async def synthesize(
        self,
        call_id: CallId,
        text: str,
        *,
        encoding: Encoding,
        language: str,
        voice: str,
        deadline_s: float,
    ) -> AsyncIterator[bytes]:
        self.asked.append(text)
        assert not self.broken, "a bug of the synthesizer's"
        try:
            for audio in self.script.get(text, [speech_of(text, encoding)]):
                if isinstance(audio, bytes):
                    yield audio
                elif self.loses_cancellation:
                    with suppress(asyncio.CancelledError):
                        await _given(audio)
                else:
                    await _given(audio)
        except (GeneratorExit, asyncio.CancelledError):
            self.closed_early += 1
            raise


def speech_of(text: str, encoding: Encoding = Encoding.ULAW) -> bytes:
    return b"\x02" * (len(text.split()) * 100 * encoding.bytes_per_ms)


class FakeMeaning:
    """Every question the business has answered means only itself; all else means nothing."""

    def __init__(self, business: Business) -> None:
        self._questions = questions_of(business, actions_of(business))
        self.script: deque[Exception | Forever] = deque()

    async def encode(self, sentences: Sequence[str]) -> Sequence[Sequence[float]]:
        if self.script:
            await _given(self.script.popleft())
        return [[float(sentence == known) for known in self._questions] for sentence in sentences]


class FakeVoiceDetector:
    def is_speech(self, frame: bytes) -> bool:
        return frame[:1] == SPEECH[:1]


class FakeMediaLink:
    """The caller's ear and mouth. Everything is played at once, or when the test plays it."""

    def __init__(self, *, plays_at_once: bool = True) -> None:
        self.plays_at_once = plays_at_once
        self.closed = 0
        self.heard_ms = 0
        self.is_held = False
        self._events: asyncio.Queue[MediaEvent] = asyncio.Queue()
        self._queued: deque[int | str] = deque()  # ms of audio, and marks

    async def next_event(self) -> MediaEvent:
        return await self._events.get()

    def play(self, audio: bytes) -> None:
        assert not self.closed
        self._queued.append(Encoding.ULAW.duration_ms(audio))
        if self.plays_at_once:
            self.plays()

    def mark(self, mark_id: str) -> None:
        self._queued.append(mark_id)
        if self.plays_at_once:
            self.plays()

    def hold(self, *, is_held: bool) -> None:
        self.is_held = is_held

    async def flush(self) -> int:
        unheard_ms = self.queued_ms
        self._queued.clear()
        return unheard_ms

    async def close(self) -> None:
        self.closed += 1

    @property
    def marks(self) -> list[str]:
        """Those that are still to be played."""
        return [item for item in self._queued if isinstance(item, str)]

    def marks_played(self) -> list[str]:
        """For a test that listens in the agent's place."""
        marks = []
        while not self._events.empty():
            event = self._events.get_nowait()
            assert isinstance(event, MarkPlayed)
            marks.append(event.mark_id)
        return marks

    @property
    def queued_ms(self) -> int:
        return sum(item for item in self._queued if isinstance(item, int))

    def plays(self, duration_ms: int = 1_000_000) -> None:
        """So much of what is queued is played to the caller."""
        while self._queued:
            item = self._queued.popleft()
            if isinstance(item, str):
                self._events.put_nowait(MarkPlayed(item))
                continue
            played_ms = min(item, duration_ms)
            self.heard_ms += played_ms
            duration_ms -= played_ms
            if played_ms < item:
                self._queued.appendleft(item - played_ms)
                return

    def carries(self, frame: bytes, duration_ms: int = FRAME_MS) -> None:
        """The caller is audible for so long."""
        for _ in range(duration_ms // FRAME_MS):
            self._events.put_nowait(CallerAudio(frame))

    def presses(self, digit: str) -> None:
        self._events.put_nowait(DigitReceived(digit))

    def breaks(self) -> None:
        self._events.put_nowait(MediaEnded(1006))


@dataclass
class FakeCallControl:
    """What Asterisk was asked, and what of ours exists there."""

    asked: list[tuple[str, ...]] = field(default_factory=list)
    refusals: dict[str, AsteriskError] = field(default_factory=dict)
    # Asterisk does it, but is slow to say so.
    holds: dict[str, asyncio.Event] = field(default_factory=dict)
    media_channels: set[ChannelId] = field(default_factory=set)
    bridges: set[BridgeId] = field(default_factory=set)
    # Called when Asterisk ends a channel at our request, or lets it go on.
    on_hung_up: Callable[[ChannelId, int], None] = lambda channel_id, cause: None
    on_left: Callable[[ChannelId], None] = lambda channel_id: None

    async def answer(self, channel_id: ChannelId) -> None:
        await self._ask("answer", channel_id)

    async def open_media(
        self, call_id: CallId, media_channel_id: ChannelId, encoding: Encoding
    ) -> str:
        self.media_channels.add(media_channel_id)
        await self._ask("open_media", call_id, media_channel_id, encoding)
        return f"connection-{call_id}"

    async def join(
        self, bridge_id: BridgeId, channel_id: ChannelId, media_channel_id: ChannelId
    ) -> None:
        self.bridges.add(bridge_id)
        await self._ask("join", bridge_id, channel_id, media_channel_id)

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None:
        await self._ask("hang_up", channel_id, str(cause))
        if channel_id in self.media_channels:
            self.media_channels.remove(channel_id)
        else:
            self.on_hung_up(channel_id, cause)

    async def destroy_bridge(self, bridge_id: BridgeId) -> None:
        await self._ask("destroy_bridge", bridge_id)
        self.bridges.discard(bridge_id)

    async def transfer(self, channel_id: ChannelId, transfer_id: str) -> None:
        await self._ask("transfer", channel_id, transfer_id)
        self.on_left(channel_id)

    async def go_on(self, channel_id: ChannelId, variables: Mapping[str, str]) -> None:
        set_ = (f"{name}={value}" for name, value in variables.items())
        await self._ask("go_on", channel_id, *set_)

    async def set_recording(self, channel_id: ChannelId, *, is_on: bool) -> None:
        await self._ask("set_recording", channel_id, "on" if is_on else "off")

    async def leave(self, channel_id: ChannelId, context: str) -> None:
        await self._ask("leave", channel_id, context)
        self.on_left(channel_id)

    async def _ask(self, name: str, *details: str) -> None:
        self.asked.append((name, *details))
        if name in self.holds:
            await self.holds[name].wait()
        if name in self.refusals:
            raise self.refusals[name]

    def asked_for(self, name: str) -> list[tuple[str, ...]]:
        return [request for request in self.asked if request[0] == name]


class FlakyContexts(FakeCallContexts):
    """Redis may be away."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.saved: list[str] = []

    async def save(self, call_id: CallId, context: str) -> None:
        _require(not self.is_away)
        self.saved.append(context)
        await super().save(call_id, context)

    async def forget(self, call_id: CallId) -> None:
        _require(not self.is_away)
        await super().forget(call_id)


class FlakyEvents(FakeCallEvents):
    """Redis may be away."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.attempts = 0

    async def publish(self, call_id: CallId, name: str, fields: Mapping[str, Any]) -> None:
        self.attempts += 1
        _require(not self.is_away)
        await super().publish(call_id, name, fields)

    @property
    def names(self) -> list[str]:
        return [name for _, name, _ in self.published]


class FlakyDirectory(FakeAgentDirectory):
    """Redis may be away."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False

    async def announce(self, load: AgentLoad) -> None:
        _require(not self.is_away)
        await super().announce(load)

    async def withdraw(self, agent: str) -> None:
        _require(not self.is_away)
        await super().withdraw(agent)


class FlakyCallRecords(FakeCallRecords):
    """The database refuses the first `failures` records, and keeps each after that."""

    def __init__(self) -> None:
        super().__init__()
        self.failures = 0
        self.is_broken = False
        self.written: list[CallRecord] = []

    async def write(self, record: CallRecord) -> None:
        assert not self.is_broken, "a bug of the database's"
        if self.failures > 0:
            self.failures -= 1
            raise StoreError("the database is busy")
        self.written.append(record)
        await super().write(record)


def _require(is_there: bool) -> None:
    if not is_there:
        raise SharedStateError("Redis did not answer")


class FakeMessages:
    """What callers left: messages with their audio, and callback requests."""

    def __init__(self) -> None:
        self.left: list[Message] = []
        self.requested: list[CallbackRequest] = []
        self.audio: list[bytes] = []
        self.failure: Exception | Forever | None = None

    async def leave(self, message: Message) -> None:
        await self._fail()
        self.left.append(message)

    async def request(self, request: CallbackRequest) -> None:
        await self._fail()
        self.requested.append(request)

    async def save(self, call_id: CallId, audio: bytes, encoding: Encoding) -> str | None:
        self.audio.append(audio)
        return f"messages/{call_id}.wav" if audio else None

    async def _fail(self) -> None:
        if self.failure is not None:
            await _given(self.failure)


class FakeWebServices:
    """A web service that answers what the test says."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, Mapping[str, JsonValue]]] = []
        self.answer: JsonValue = None

    async def post(self, url: str, values: Mapping[str, JsonValue]) -> JsonValue:
        self.posted.append((url, values))
        return self.answer


@dataclass
class Outside:
    """Everything around a call, for a test to steer and to look at."""

    business: Business = field(default_factory=a_business)
    control: FakeCallControl = field(default_factory=FakeCallControl)
    recognizer: ScriptedRecognizer = field(default_factory=ScriptedRecognizer)
    responder: ScriptedResponder = field(default_factory=ScriptedResponder)
    synthesizer: ScriptedSynthesizer = field(default_factory=ScriptedSynthesizer)
    contexts: FlakyContexts = field(default_factory=FlakyContexts)
    events: FlakyEvents = field(default_factory=FlakyEvents)
    records: FlakyCallRecords = field(default_factory=FlakyCallRecords)
    messages: "FakeMessages" = field(default_factory=lambda: FakeMessages())
    web: "FakeWebServices" = field(default_factory=lambda: FakeWebServices())
    agent: VoiceAgent | None = None
    links: list[FakeMediaLink] = field(default_factory=list)
    meaning: FakeMeaning = field(init=False)
    began_s: float | None = None
    plays_at_once: bool = True
    link_failure: Exception | Forever | None = None
    # Called when a media socket is up: the media channel then enters Stasis.
    on_link: Callable[[str], None] = lambda connection_id: None

    def __post_init__(self) -> None:
        self.meaning = FakeMeaning(self.business)

    async def open_link(self, connection_id: str, encoding: Encoding) -> MediaLink:
        if self.link_failure is not None:
            await _given(self.link_failure)
        link = FakeMediaLink(plays_at_once=self.plays_at_once)
        self.links.append(link)
        self.on_link(connection_id)
        return link

    def desk(self) -> Desk:
        """The business, answered for by our own agent unless `agent` is set."""
        agent = self.agent if self.agent is not None else BusinessAgent(self.business)
        actions = agent.actions()
        questions = questions_of(self.business, actions)
        vectors = [[float(one == other) for other in questions] for one in questions]
        return Desk(self.business, agent, FactIndex(self.business, vectors, actions))

    def services(self) -> CallServices:
        """Within a running loop; all have one clock, which begins with the first."""
        loop = asyncio.get_running_loop()
        began_s = self.began_s = loop.time() if self.began_s is None else self.began_s
        open_link: Callable[[str, Encoding], Awaitable[MediaLink]] = self.open_link
        return CallServices(
            desks=Desks(dict.fromkeys(self.business.dids, self.desk())),
            clock=Clock(
                now=loop.time, at=lambda: STARTED_AT + timedelta(seconds=loop.time() - began_s)
            ),
            control=self.control,
            open_link=open_link,
            new_voice_detector=lambda encoding: FakeVoiceDetector(),
            recognizer=self.recognizer,
            responder=self.responder,
            synthesizer=self.synthesizer,
            meaning=self.meaning,
            contexts=self.contexts,
            events=self.events,
            records=RecordKeeping(self.records),
            messages=self.messages,
            callbacks=self.messages,
            message_audio=self.messages,
            web=self.web,
        )
