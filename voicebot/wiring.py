"""Which adapter fulfils which port? The only place that knows both."""

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from redis.asyncio import Redis

from voicebot.agents.admission_journal import AdmissionJournal
from voicebot.agents.announcing import Announcer
from voicebot.agents.capacity_watch import CapacityWatch
from voicebot.agents.claiming import Peers
from voicebot.agents.degrading import DegradationWatch
from voicebot.agents.desk import Desk, Desks
from voicebot.agents.heartbeat import Heartbeat
from voicebot.agents.listening_in import ListeningIn
from voicebot.agents.opening_desks import DeskWatch, open_desks
from voicebot.agents.order_taker import OrderTaker
from voicebot.agents.readiness import Readiness
from voicebot.agents.record_keeping import RecordKeeping
from voicebot.agents.services import CallServices, Clock
from voicebot.agents.stasis_app import StasisApp
from voicebot.agents.supervising import Supervising
from voicebot.agents.wait_listening import WaitListening
from voicebot.agents.wait_reckoner import WaitReckoner
from voicebot.agents.waiting_caller import WaitingServices
from voicebot.agents.waiting_room import WaitingRoom
from voicebot.agents.worker_trials import WorkerTrials
from voicebot.ami.connection import AmiSettings
from voicebot.ami.recording import AmiRecording
from voicebot.ari.call_control import AriCallControl
from voicebot.ari.client import AriClient
from voicebot.ari.supervisor_control import AriSupervisorControl
from voicebot.ari.waiting_control import AriWaitingControl
from voicebot.calls.model import TurnRecord
from voicebot.calls.routing import Room
from voicebot.capacity.listening_gate import ListeningRules, RecognizerLoad
from voicebot.hooks.web_service import HttpWebServices
from voicebot.inference.gateway import InferenceGateway
from voicebot.inference.meaning import MiniLmEncoder
from voicebot.inference.ready_workers import Census
from voicebot.inference.recognizer import WorkerRecognizer
from voicebot.inference.reply_store import ReplyStore
from voicebot.inference.responder import WorkerResponder
from voicebot.inference.speech_cache import CachedSynthesizer
from voicebot.inference.speech_store import SpeechStore
from voicebot.inference.synthesizer import WorkerSynthesizer
from voicebot.media.connection import connect
from voicebot.media.voice_judge import JudgedVoiceDetector, VoiceJudge, silero
from voicebot.queueing.queue_names import queue_names
from voicebot.redis_client import redis_client
from voicebot.settings import Settings
from voicebot.shared_state.agent_directory import RedisAgentDirectory
from voicebot.shared_state.call_contexts import RedisCallContexts
from voicebot.shared_state.call_events import RedisCallEvents
from voicebot.shared_state.capacity_board import RedisCapacityBoard
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.health_board import RedisHealthBoard
from voicebot.shared_state.listening import RedisListening
from voicebot.shared_state.orders import RedisOrders
from voicebot.shared_state.slots import slots_of
from voicebot.shared_state.wait_facts import RedisWaitFacts
from voicebot.shared_state.waiting_line import RedisWaitingLines
from voicebot.store.admissions import SqlAdmissions
from voicebot.store.announcement_audio import AnnouncementAudio
from voicebot.store.callback_desk import CallbackDesk
from voicebot.store.callback_times import SqlCallbackTimes
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database
from voicebot.store.message_audio import MessageAudio
from voicebot.store.messages import SqlMessages
from voicebot.store.owed_callbacks import SqlOwedCallbacks
from voicebot.telemetry.call_metrics import CALLS
from voicebot.telemetry.line_metrics import LINES
from voicebot.telemetry.media_metrics import MEDIA
from voicebot.telemetry.metrics import served
from voicebot.telemetry.metrics_ports import metrics_port
from voicebot.telemetry.traces import TRACES
from voicebot.turns.speculation import Speculation

MEDIA_DEADLINE_S = 2.0
# The stage's name in the census.
RECOGNITION = "stt"
# Cached speech that comes later than this is made anew sooner.
CACHE_DEADLINE_S = 0.3


def agent_name(number: int) -> str:
    """The agent's Stasis application; dialplans/inbound.conf offers calls to `voicebot-…`."""
    host = re.sub(r"[^a-z0-9]+", "-", socket.gethostname().lower()).strip("-")
    return f"voicebot-{host}-{number}"


async def run_agent(settings: Settings, number: int, stopped: asyncio.Event) -> None:
    """Answers calls until `stopped` is set."""
    name = agent_name(number)
    async with AsyncExitStack() as stack:
        port = metrics_port(settings.metrics_first_port, f"agent-{number}")
        stack.enter_context(served(port, "agent", address=settings.metrics_address))
        stack.enter_context(TRACES.sent_to(settings.otlp_url, name))
        gateway = await stack.enter_async_context(InferenceGateway(settings.redis_url, name))
        connection = await stack.enter_async_context(_shared_state(settings))
        database = await stack.enter_async_context(_database(settings))
        slots = await stack.enter_async_context(slots_of(connection))
        speech = await stack.enter_async_context(_speech(settings, gateway))
        replies = await stack.enter_async_context(_replies(settings))
        census = await stack.enter_async_context(_census(settings))
        meaning = MiniLmEncoder()
        stack.callback(meaning.close)
        web = await stack.enter_async_context(HttpWebServices())
        desks = Desks(await open_desks(settings.business_file, meaning))
        responder = WorkerResponder(gateway)
        readiness = Readiness(desks.all, speech, responder, replies)
        if not await _unless(stopped, readiness.wait()):
            return
        ari = await stack.enter_async_context(
            AriClient(
                settings.ari_url,
                settings.ari_username,
                settings.ari_password.get_secret_value(),
                app=name,
                request_deadline_s=settings.ari_request_deadline_ms / 1000,
            )
        )
        services = CallServices(
            desks=desks,
            clock=Clock(now=time.monotonic, at=lambda: datetime.now(UTC)),
            control=AriCallControl(ari, AmiRecording(AmiSettings.of(settings, wants_events=False))),
            open_link=partial(connect, settings.media_url, deadline_s=MEDIA_DEADLINE_S),
            new_voice_detector=partial(JudgedVoiceDetector, VoiceJudge(silero())),
            recognizer=WorkerRecognizer(gateway),
            responder=responder,
            synthesizer=speech,
            meaning=meaning,
            replies=replies,
            contexts=RedisCallContexts(connection),
            events=RedisCallEvents(connection),
            records=RecordKeeping(SqlCallRecords(database)),
            messages=SqlMessages(database),
            callbacks=CallbackDesk(database, lambda: [desk.business for desk in desks.all]),
            message_audio=MessageAudio(settings.state_dir),
            web=web,
            speculation=Speculation(),
        )
        waiting_control = AriWaitingControl(ari)
        control = WaitingServices(
            waiting_control,
            Announcer(AnnouncementAudio(settings.state_dir), speech),
            services.callbacks,
            services.clock,
            owed=SqlOwedCallbacks(database),
        )
        lines = RedisWaitingLines(connection)
        waits = WaitReckoner(
            RedisWaitFacts(connection),
            lines,
            slots,
            SqlCallbackTimes(database),
            AdmissionJournal(SqlAdmissions(database)),
            services.clock,
            lambda: queue_names(desk.business for desk in desks.all),
        )
        stack.push_async_callback(waits.finish)
        trials = WorkerTrials(
            services.recognizer,
            responder,
            WorkerSynthesizer(gateway),
            lambda: desks.all[0].business,
        )
        degrading = DegradationWatch(
            gateway,
            slots,
            RedisHealthBoard(connection),
            services.clock,
            agent=name,
            attempt=trials.attempt,
        )
        services = replace(services, degradation=degrading.step)

        async def recognizer_load() -> RecognizerLoad:
            bears = (await census.conversations()).get(RECOGNITION, ())
            return RecognizerLoad(sum(bears), (await slots.occupancy()).held)

        listening = WaitListening(
            services,
            waiting_control,
            recognizer_load,
            ListeningRules(settings.agent_max_listened),
        )
        room = WaitingRoom(
            lines,
            slots,
            replace(control, listening=listening),
            waits,
            agent=name,
            businesses=lambda: [desk.business for desk in desks.all],
            degradation_step=degrading.step,
        )
        board = RedisCapacityBoard(connection, name)
        most = Room(settings.agent_max_calls, settings.agent_max_waiting)
        capacity = CapacityWatch(census, slots, board, services.clock, max_talking=most.talking)

        def turn_over(turn: TurnRecord) -> None:
            capacity.turn_over(turn)
            CALLS.turn_over(turn)

        services = replace(services, waiting_room=room, turn_over=turn_over)
        directory = RedisAgentDirectory(connection, node=settings.node_name)
        peers = Peers(directory, name, most.all)
        app = StasisApp(ari, services, peers, most=most)
        LINES.follow_talking(lambda: app.calls - app.waiting)
        ears = ListeningIn(services, waiting_control, RedisListening(connection), app.call)
        supervising = Supervising(services, AriSupervisorControl(ari), app.call, desks.operators)
        orders = OrderTaker(
            RedisOrders(connection),
            name,
            app.call,
            app.drain,
            room.tell,
            ears.begin,
            supervising.begin,
        )
        heartbeat = Heartbeat(ari, name, app.driven)

        async def prepare(new: tuple[Desk, ...]) -> None:
            await Readiness(new, speech, responder, replies).wait()

        watch = DeskWatch(settings.business_file, desks, meaning, prepare)
        async with asyncio.TaskGroup() as tasks:
            beside = [
                tasks.create_task(readiness.warm_the_rest()),
                tasks.create_task(heartbeat.run()),
                tasks.create_task(watch.run()),
                tasks.create_task(capacity.run()),
                tasks.create_task(MEDIA.watch_lag()),
                tasks.create_task(listening.run()),
                tasks.create_task(ears.run()),
                tasks.create_task(supervising.run()),
                tasks.create_task(degrading.run()),
                tasks.create_task(orders.run()),
            ]
            await app.run(stopped)
            for task in beside:
                task.cancel()


@dataclass(frozen=True, slots=True)
class Asking:
    """What it takes to ask an agent in writing."""

    desk: Desk
    meaning: MiniLmEncoder
    responder: WorkerResponder
    replies: ReplyStore
    speech: CachedSynthesizer


@asynccontextmanager
async def asking(settings: Settings, name: str) -> AsyncIterator[Asking]:
    """The running stack's workers and caches, and the business's first desk.

    Replies are kept on a shelf of their own, which is empty at first.
    """
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(InferenceGateway(settings.redis_url, name))
        speech = await stack.enter_async_context(_speech(settings, gateway))
        replies = await stack.enter_async_context(_replies(settings, shelf=f"answers:{name}"))
        meaning = MiniLmEncoder()
        stack.callback(meaning.close)
        desks = Desks(await open_desks(settings.business_file, meaning))
        yield Asking(desks.all[0], meaning, WorkerResponder(gateway), replies, speech)


async def _unless(stopped: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Whether the work was done before `stopped` was set; it is dropped otherwise."""
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(work)
        stopping = tasks.create_task(stopped.wait())
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        is_done = working.done()
        working.cancel()
        stopping.cancel()
    return is_done


@asynccontextmanager
async def _shared_state(settings: Settings) -> AsyncIterator[RedisConnection]:
    connection = RedisConnection(settings.redis_url)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _census(settings: Settings) -> AsyncIterator[Census]:
    redis = _quick_redis(settings)
    try:
        yield Census(redis)
    finally:
        await redis.aclose()


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    database = Database.open(settings.resolved_database_url)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _speech(
    settings: Settings, gateway: InferenceGateway
) -> AsyncIterator[CachedSynthesizer]:
    redis = _quick_redis(settings)
    try:
        async with CachedSynthesizer(WorkerSynthesizer(gateway), SpeechStore(redis)) as speech:
            yield speech
    finally:
        await redis.aclose()


@asynccontextmanager
async def _replies(settings: Settings, shelf: str = "answers") -> AsyncIterator[ReplyStore]:
    redis = _quick_redis(settings)
    try:
        async with ReplyStore(redis, shelf=shelf) as replies:
            yield replies
    finally:
        await redis.aclose()


def _quick_redis(settings: Settings) -> Redis:
    """For caches: a caller waits."""
    return redis_client(
        settings.redis_url,
        socket_timeout=CACHE_DEADLINE_S,
        socket_connect_timeout=CACHE_DEADLINE_S,
    )
