"""Our own agent on a real Asterisk; only what it understands, and its voice, are the test's."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from tests.fakes.call_services import Outside
from tests.fakes.scripted_workers import ScriptedSynthesizer
from tests.fakes.shared_state import FakeAgentDirectory
from tests.fakes.waiting_lines import FakeSlots, FakeWaitingLines
from tests.fakes.waits import FakeWaits
from tests.telephony.fallback.sipp import tone
from voicebot.agents.announcing import Announcer
from voicebot.agents.claiming import Peers
from voicebot.agents.heartbeat import Heartbeat
from voicebot.agents.record_keeping import RecordKeeping
from voicebot.agents.services import CallServices
from voicebot.agents.stasis_app import StasisApp
from voicebot.agents.supervising import Supervising
from voicebot.agents.wait_listening import WaitListening
from voicebot.agents.waiting_caller import WaitingServices
from voicebot.agents.waiting_room import WaitingRoom
from voicebot.ari.call_control import AriCallControl
from voicebot.ari.client import AriClient
from voicebot.ari.supervisor_control import AriSupervisorControl
from voicebot.ari.waiting_control import AriWaitingControl
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode
from voicebot.calls.model import CallId
from voicebot.calls.routing import Room
from voicebot.calls.session import CallContext, load_context
from voicebot.capacity.listening_gate import ListeningRules, RecognizerLoad
from voicebot.line_ports import Slots, WaitingLines
from voicebot.media.connection import connect
from voicebot.ports import CallRecords
from voicebot.queueing.queue_names import queue_names
from voicebot.settings import Settings
from voicebot.store.announcement_audio import AnnouncementAudio

APP = "voicebot-scripted-1"
AGENT_HZ = 1_000
IDLE = RecognizerLoad(bears=10, talking=1)
WORD_S = 0.25
LOUD = 500.0


class SpeaksInTones(ScriptedSynthesizer):
    """Every word is a tone of 250 ms."""

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
        second = tone(AGENT_HZ, encoding)
        for _ in text.split():
            yield second[: round(WORD_S * len(second))]


class LoudIsSpeech:
    """Whatever is not silent; so music is, unless somebody keeps it away."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding

    @property
    def is_voice(self) -> bool:
        return True

    def is_speech(self, frame: bytes) -> bool:
        return float(np.std(decode(frame, self._encoding))) > LOUD


@dataclass(frozen=True, slots=True)
class ScriptedAgent:
    """One agent process, in the test's own."""

    outside: Outside
    ari: AriClient
    stopped: asyncio.Event
    room: WaitingRoom
    stasis: StasisApp
    supervising: Supervising

    @property
    def contexts(self) -> Sequence[CallContext]:
        """The calls that it drives, as it saved them last."""
        return [load_context(text) for text in self.outside.contexts.contexts.values()]


@asynccontextmanager
async def scripted_agent(
    settings: Settings,
    outside: Outside,
    records: CallRecords | None = None,
    slots: Slots | None = None,
    waits: FakeWaits | None = None,
    lines: WaitingLines | None = None,
    app: str = APP,
    listened_to: int = 0,
) -> AsyncIterator[ScriptedAgent]:
    """Takes calls inside the block; `records`: where they are kept, if not in `outside`;
    `slots`: how many may talk at once where the business has a queue; `waits`: what is known of
    waits; `lines`: where callers wait for one; `listened_to`: how many of them."""
    outside.synthesizer = SpeaksInTones()
    password = settings.ari_password.get_secret_value()
    async with AriClient(settings.ari_url, settings.ari_username, password, app=app) as ari:
        services: CallServices = replace(
            outside.services(),
            control=AriCallControl(ari),
            open_link=partial(connect, settings.media_url, deadline_s=5.0),
            new_voice_detector=LoudIsSpeech,
            records=RecordKeeping(outside.records if records is None else records),
        )
        files = AnnouncementAudio(settings.state_dir)
        lines = FakeWaitingLines() if lines is None else lines
        slots = FakeSlots(10) if slots is None else slots
        waits = FakeWaits() if waits is None else waits

        async def load() -> RecognizerLoad:
            return IDLE

        listening = WaitListening(
            services, AriWaitingControl(ari), load, ListeningRules(most=listened_to)
        )
        room = WaitingRoom(
            lines,
            slots,
            WaitingServices(
                AriWaitingControl(ari),
                Announcer(files, outside.synthesizer),
                outside.messages,
                services.clock,
                listening,
            ),
            waits.reckoner(lines, slots, services.clock, lambda: queue_names([outside.business])),
            agent=app,
            businesses=lambda: [outside.business],
        )
        services = replace(services, waiting_room=room)
        peers = Peers(FakeAgentDirectory(), app, 10)
        stasis = StasisApp(ari, services, peers, most=Room(10))
        supervisors = AriSupervisorControl(ari)
        supervising = Supervising(services, supervisors, stasis.call, services.desks.operators)
        stopped = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(stasis.run(stopped))
            hearing = tasks.create_task(listening.run())
            beside = tasks.create_task(supervising.run())
            await ari.wait_connected(deadline_s=10.0)
            beats = tasks.create_task(Heartbeat(ari, app, stasis.driven).run())
            yield ScriptedAgent(outside, ari, stopped, room, stasis, supervising)
            stopped.set()
            beats.cancel()
            hearing.cancel()
            beside.cancel()
