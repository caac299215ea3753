"""What does a driver need of the outside world?

One protocol per need. Adapters fulfil them in `ari`, `media`, `inference`,
`shared_state` and `store`; `wiring` joins the two. Each wait named here ends by
its deadline at the latest, with a typed error from `voicebot.errors`.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import JsonValue

from voicebot.audio.frames import Encoding
from voicebot.calls.model import (
    BridgeId,
    CallId,
    CallRecord,
    ChannelId,
    Message,
)
from voicebot.calls.orders import Given, OrderResult
from voicebot.calls.outbound_rules import Refused
from voicebot.dialogue.business import Business
from voicebot.queueing.callback_booking import Wish
from voicebot.queueing.callbacks import Callback


@dataclass(frozen=True, slots=True)
class Transcript:
    """What the recognizer understood of one utterance."""

    text: str  # "" when there were no words
    confidence: float  # 0 to 1
    queued_ms: int
    engine_ms: int


class Recognizer(Protocol):
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
        pool: str = "",
    ) -> Transcript:
        """Raises InferenceError. Cancelling the wait cancels the work.

        `pool`: whose workers are preferred.
        """


class Responder(Protocol):
    def respond(
        self,
        call_id: CallId,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        temperature: float,
        deadline_s: float,
        grammar: str | None = None,
        pool: str = "",
    ) -> AsyncGenerator[str]:
        """Yields pieces of text as they are generated; raises InferenceError.

        `grammar`: GBNF that the whole reply must fit; a model server that cannot hold to one
        refuses the work with the reason "grammar-unsupported". `pool`: whose workers are preferred.
        Closing the iterator cancels the work, also in mid-generation.
        """

    def pools(self) -> Collection[str]:
        """Of language models, that somebody serves now."""

    async def read_ahead(
        self, call_id: CallId, messages: Sequence[Mapping[str, str]], *, deadline_s: float
    ) -> None:
        """Has what this call's next prompt begins with computed now; raises InferenceError."""


class Synthesizer(Protocol):
    def synthesize(
        self,
        call_id: CallId,
        text: str,
        *,
        encoding: Encoding,
        language: str,
        voice: str,
        deadline_s: float,
    ) -> AsyncIterator[bytes]:
        """Yields audio as it is made; raises InferenceError. Closing it cancels the work."""

    async def is_at_hand(self, text: str, *, encoding: Encoding, language: str, voice: str) -> bool:
        """Whether this phrase can be said without a synthesizer."""


class ReplyMemory(Protocol):
    """A model's replies, for whoever says the same in other words. Forgetful, never an error."""

    async def recall(self, business: Business, vector: Sequence[float], text: str) -> Sequence[str]:
        """The phrases of a reply to what means the same as `text`, whose unit vector is given."""

    def keep(
        self,
        business: Business,
        vector: Sequence[float],
        text: str,
        phrases: Sequence[str],
        confirmed: asyncio.Event,
    ) -> None:
        """Keeps a reply once `confirmed` is set; never waits."""


class MeaningEncoder(Protocol):
    async def encode(self, sentences: Sequence[str]) -> Sequence[Sequence[float]]:
        """One unit-length vector per sentence, comparable by dot product."""


class VoiceDetector(Protocol):
    def is_speech(self, frame: bytes) -> bool:
        """Whether one 20 ms frame in the call's encoding holds speech; each is shown once."""

    @property
    def is_voice(self) -> bool:
        """Whether what sounded lately was a voice, and no noise that seems to be speech."""


class CallControl(Protocol):
    """What is asked of Asterisk for a call. Raises AsteriskError."""

    async def answer(self, channel_id: ChannelId) -> None: ...

    async def open_media(
        self, call_id: CallId, media_channel_id: ChannelId, encoding: Encoding
    ) -> str:
        """Creates the external-media channel; returns its media connection id."""

    async def join(
        self, bridge_id: BridgeId, channel_id: ChannelId, media_channel_id: ChannelId
    ) -> None:
        """Bridges caller and media, which must both be in Stasis already."""

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None:
        """Succeeds also when the channel is already gone."""

    async def destroy_bridge(self, bridge_id: BridgeId) -> None:
        """Succeeds also when the bridge is already gone."""

    async def transfer(self, channel_id: ChannelId, transfer_id: str) -> None:
        """Sends the caller to a person, through the dialplan; what comes of it is told as events
        of the channel, although it is not in Stasis any more."""

    async def go_on(self, channel_id: ChannelId, variables: Mapping[str, str]) -> None:
        """Lets a channel go on in the dialplan where it left it, with these variables set.

        Succeeds also when the channel is not in Stasis any more.
        """

    async def set_recording(self, channel_id: ChannelId, *, is_on: bool) -> None:
        """Pauses the recording of both sides, or goes on; the files stay in step."""

    async def leave(self, channel_id: ChannelId, context: str) -> None:
        """Sends the channel out of Stasis, into a context of the dialplan.

        Succeeds also when the channel is not in Stasis any more.
        """


@dataclass(frozen=True, slots=True)
class CallerAudio:
    """Frames from the caller, in order."""

    frame: bytes
    is_made: bool = False  # silence by the clock: nothing came


@dataclass(frozen=True, slots=True)
class MarkPlayed:
    """Everything sent before the mark has been played to the caller."""

    mark_id: str


@dataclass(frozen=True, slots=True)
class DigitReceived:
    """The caller pressed a key."""

    digit: str


@dataclass(frozen=True, slots=True)
class MediaEnded:
    """The media socket closed: the call's audio is over."""

    code: int


MediaEvent = CallerAudio | MarkPlayed | DigitReceived | MediaEnded


class MediaLink(Protocol):
    """The audio of one call, both ways. Sending paces itself; reading never stalls."""

    async def next_event(self) -> MediaEvent:
        """The next event; after MediaEnded there is none."""

    def play(self, audio: bytes) -> None:
        """Queues audio (the call's encoding) for paced sending, at most 300 ms ahead of playing.

        The audio's last partial frame is kept and joined with what follows; `mark` pads it.
        """

    def mark(self, mark_id: str) -> None:
        """Asks for MarkPlayed once all audio queued so far was played."""

    def hold(self, *, is_held: bool) -> None:
        """While the caller holds us, silence is heard in place of the music that comes."""

    def pause(self) -> None:
        """Nothing is played until `resume` or `flush`; what is queued stays queued."""

    def resume(self) -> None:
        """Plays on where it paused."""

    def played(self, length_ms: int) -> bytes:
        """What the caller was played lately and is played right now, by our clock: `length_ms`
        of it, silence included."""

    async def flush(self) -> int:
        """Stops playing at once: drops what is queued here and in Asterisk, marks included.

        Returns how many ms of the audio given to `play` the caller did not hear.
        """

    async def close(self) -> None: ...


class Orders(Protocol):
    """What people order of agents."""

    async def next(self, agent: str) -> Given | None:
        """None: nothing for a while."""
        ...

    async def answer(self, order_id: str, result: OrderResult) -> None: ...

    async def tell_draining(self, agent: str, *, is_on: bool) -> None:
        """Whether this agent takes no new calls, for those who watch."""
        ...


class CallContexts(Protocol):
    """Live contexts of calls, shared by all agents."""

    async def save(self, call_id: CallId, context: str) -> None: ...

    async def load(self, call_id: CallId) -> str | None: ...

    async def kept(self) -> Sequence[CallId]:
        """Whose contexts are kept right now."""
        ...

    async def forget(self, call_id: CallId) -> None: ...


@dataclass(frozen=True, slots=True)
class AgentLoad:
    """What an agent process tells its peers about itself."""

    agent: str
    calls: int
    max_calls: int


class AgentDirectory(Protocol):
    """Who else answers calls, and how busy they are. Entries live on a lease."""

    async def announce(self, load: AgentLoad) -> None: ...

    async def peers(self) -> Sequence[AgentLoad]: ...

    async def withdraw(self, agent: str) -> None: ...


class CallEvents(Protocol):
    """The running commentary on calls, for those who watch (demo, later the panel)."""

    async def publish(self, call_id: CallId, name: str, fields: Mapping[str, Any]) -> None: ...


class CallRecords(Protocol):
    """The lasting records of calls. Raises StoreError."""

    async def write(self, record: CallRecord) -> None:
        """Writes the call's one record; writing it again replaces it."""

    async def find(self, call_id: CallId) -> CallRecord | None: ...


class MessageBook(Protocol):
    """Messages that callers left. Raises StoreError."""

    async def leave(self, message: Message) -> None:
        """Keeps the message and has it passed on (webhook, e-mail); again for the same call
        replaces it. Once this returns it may be promised to the caller."""


class CallbackBook(Protocol):
    """Who is to be rung back. Raises StoreError."""

    async def book(self, wish: Wish, business: str) -> Callback | Refused | None:
        """Keeps the wish; what is open for the same number and business stays the only one.
        Unless it is refused, it may be promised to the caller. None: people will ring."""


class MessageAudio(Protocol):
    """Where the audio of messages is kept. Raises StoreError."""

    async def save(self, call_id: CallId, audio: bytes, encoding: Encoding) -> str | None:
        """The recording's path below the state directory; None when there is no audio."""


class WebServices(Protocol):
    """Web services of the business's, which actions use."""

    async def post(self, url: str, values: Mapping[str, JsonValue]) -> JsonValue:
        """Sends JSON, returns the JSON of the answer; raises ActionFailed, also when late."""
