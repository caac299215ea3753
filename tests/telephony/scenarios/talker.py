"""The agent of the scenarios: claims the calls, talks to callers in a tone and keeps what it hears.

The adapters are the production ones, the decisions are none: what a call meets is said beforehand,
by the number that it dials.
"""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto

import httpx

from tests.telephony.fallback.node import Node
from tests.telephony.scenarios.sounds import AGENT_HZ, tone_frame
from voicebot.ari.call_control import AriCallControl
from voicebot.ari.client import AriClient
from voicebot.ari.decode import (
    CallBroadcast,
    ChannelDtmfReceived,
    StasisEnd,
    StasisStart,
)
from voicebot.audio.frames import FRAME_MS, Encoding, media_encoding
from voicebot.calls.model import BridgeId, CallId, ChannelId
from voicebot.errors import AriRequestRefused, MediaClosed, MediaConnectFailed
from voicebot.media.connection import connect
from voicebot.media.stream import MediaStream
from voicebot.ports import CallerAudio, DigitReceived, MarkPlayed, MediaEnded

APP = "voicebot-talker-1"
_DEADLINE_S = 10.0
_RINGS_S = 0.3
_TALKS_MS = 20_000
_SHORT_MS = 1_000


class Agent(Enum):
    """What the agent does with a call."""

    TALKS = auto()  # until the caller hangs up
    HANGS_UP = auto()  # after a second
    RINGS = auto()  # and never answers
    RINGS_THEN_TALKS = auto()
    TALKS_EARLY = auto()  # before the answer, which never comes
    TALKS_EARLY_THEN_ANSWERS = auto()
    GIVES_BACK = auto()  # after a second, to the dialplan's fallback
    IS_ABSENT = auto()  # nobody claims


_RINGS = {Agent.RINGS, Agent.RINGS_THEN_TALKS}
_EARLY = {Agent.TALKS_EARLY, Agent.TALKS_EARLY_THEN_ANSWERS}


@dataclass(slots=True)
class Talk:
    """What the agent had of one call."""

    channel_id: ChannelId
    encoding: Encoding
    heard: bytearray = field(default_factory=bytearray)
    media_keys: str = ""
    channel_keys: str = ""
    media_is_up: asyncio.Event = field(default_factory=asyncio.Event)
    caller_has_left: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: bool = False

    @property
    def media_channel_id(self) -> ChannelId:
        return ChannelId(f"{self.channel_id}-media")

    @property
    def bridge_id(self) -> BridgeId:
        return BridgeId(f"{self.channel_id}-bridge")


class Talker:
    """`talks` has every call by the number it dialled, in the order of their arrival."""

    def __init__(self, node: Node, plan: Mapping[str, Agent]) -> None:
        self.talks: dict[str, list[Talk]] = {}
        self._node, self._plan = node, plan
        self._by_channel: dict[ChannelId, Talk] = {}
        self._calls: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()

    async def serve(self, ready: "Future[asyncio.AbstractEventLoop]") -> None:
        settings = self._node.settings
        account = (settings.ari_username, settings.ari_password.get_secret_value())
        async with (
            AriClient(settings.ari_url, *account, app=APP) as self._ari,
            httpx.AsyncClient(base_url=f"{settings.ari_url}/ari/", auth=account) as self._rest,
            asyncio.TaskGroup() as tasks,
        ):
            await self._ari.wait_connected(_DEADLINE_S)
            self._control = AriCallControl(self._ari)
            listener = tasks.create_task(self._listen(tasks))
            ready.set_result(asyncio.get_running_loop())
            await self._stop.wait()
            for task in (listener, *self._calls):
                task.cancel()

    def stop(self) -> None:
        self._stop.set()

    async def _listen(self, tasks: asyncio.TaskGroup) -> None:
        async for event in self._ari.events():
            match event:
                case CallBroadcast(channel=channel):
                    did = channel.variables.get("VOICEBOT_DID", "")
                    if self._plan.get(did, Agent.IS_ABSENT) is not Agent.IS_ABSENT:
                        tasks.create_task(self._claim(channel.channel_id))
                case StasisStart(args=("media", call_id)):
                    self._by_channel[ChannelId(call_id)].media_is_up.set()
                case StasisStart(channel=channel, args=(did, *_)):
                    encoding = media_encoding(channel.variables.get("VOICEBOT_CODEC", ""))
                    talk = Talk(channel.channel_id, encoding)
                    self._by_channel[channel.channel_id] = talk
                    self.talks.setdefault(did, []).append(talk)
                    self._calls.add(tasks.create_task(self._serve_call(talk, self._plan[did])))
                case StasisEnd(channel=channel) if channel.channel_id in self._by_channel:
                    self._by_channel[channel.channel_id].caller_has_left.set()
                case ChannelDtmfReceived(channel=channel, digit=digit):
                    if (known := self._by_channel.get(channel.channel_id)) is not None:
                        known.channel_keys += digit

    async def _claim(self, channel_id: ChannelId) -> None:
        await self._ari.events.claim_channel(channel_id, application=APP)

    async def _serve_call(self, talk: Talk, plan: Agent) -> None:
        """A caller may leave at any moment, so what Asterisk then refuses is no fault."""
        try:
            await self._serve_caller(talk, plan)
        finally:
            talk.is_over = True

    async def _serve_caller(self, talk: Talk, plan: Agent) -> None:
        with suppress(AriRequestRefused, MediaConnectFailed, TimeoutError):
            if plan in _RINGS:
                await self._ari.channels.ring(talk.channel_id)
                with suppress(TimeoutError):
                    async with asyncio.timeout(None if plan is Agent.RINGS else _RINGS_S):
                        await talk.caller_has_left.wait()
            elif plan in _EARLY:
                await self._rest.post(f"channels/{talk.channel_id}/progress")
            else:
                await self._control.answer(talk.channel_id)
            await self._talk(talk, plan)

    async def _talk(self, talk: Talk, plan: Agent) -> None:
        try:
            connection_id = await self._control.open_media(
                CallId(talk.channel_id), talk.media_channel_id, talk.encoding
            )
            async with await connect(
                self._node.settings.media_url,
                connection_id,
                talk.encoding,
                deadline_s=_DEADLINE_S,
            ) as media:
                async with asyncio.timeout(_DEADLINE_S):
                    await talk.media_is_up.wait()
                await self._control.join(talk.bridge_id, talk.channel_id, talk.media_channel_id)
                if plan is Agent.RINGS_THEN_TALKS:
                    await self._control.answer(talk.channel_id)
                await self._converse(talk, plan, media)
        finally:
            await self._control.hang_up(talk.media_channel_id, 16)
            await self._control.destroy_bridge(talk.bridge_id)

    async def _converse(self, talk: Talk, plan: Agent, media: MediaStream) -> None:
        frame = tone_frame(AGENT_HZ, talk.encoding)
        media.play(frame * (_SHORT_MS // FRAME_MS))
        media.mark("a second")
        media.play(frame * (_TALKS_MS // FRAME_MS))
        watcher = asyncio.create_task(self._close_when_left(talk, media))
        try:
            while True:
                match await media.next_event():
                    case CallerAudio(heard):
                        talk.heard += heard
                    case DigitReceived(digit):
                        talk.media_keys += digit
                    case MarkPlayed():
                        await self._after_a_second(talk, plan)
                    case MediaEnded():
                        return
        except MediaClosed:
            return
        finally:
            watcher.cancel()

    async def _close_when_left(self, talk: Talk, media: MediaStream) -> None:
        await talk.caller_has_left.wait()
        await media.close()

    async def _after_a_second(self, talk: Talk, plan: Agent) -> None:
        match plan:
            case Agent.HANGS_UP:
                await self._control.hang_up(talk.channel_id, 16)
            case Agent.GIVES_BACK:
                await self._control.leave(talk.channel_id, "voicebot-fallback")
            case Agent.TALKS_EARLY_THEN_ANSWERS:
                await self._control.answer(talk.channel_id)


@contextmanager
def running_talker(node: Node, plan: Mapping[str, Agent]) -> Iterator[Talker]:
    """In a thread and an event loop of its own, beside the callers."""
    talker = Talker(node, plan)
    ready: Future[asyncio.AbstractEventLoop] = Future()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(talker.serve(ready))
        except BaseException as error:  # for the test to show, not for a thread
            failures.append(error)
            if not ready.done():
                ready.set_exception(error)

    thread = threading.Thread(target=run, name="talker")
    thread.start()
    loop = ready.result(_DEADLINE_S)
    try:
        yield talker
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(talker.stop)
        thread.join()
    if failures:
        raise failures[0]
