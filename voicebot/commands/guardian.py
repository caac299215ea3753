"""`voicebot guardian`: one process beside each Asterisk."""

import asyncio
import signal
import time

import typer
import uvloop

from voicebot.ari.client import AriClient
from voicebot.calls.heartbeat import GUARDIAN_APP
from voicebot.errors import StackError
from voicebot.guardian.guardian import Guardian
from voicebot.reconnect import Backoff
from voicebot.settings import Settings
from voicebot.telemetry.logs import configure_logs
from voicebot.telemetry.metrics import served
from voicebot.telemetry.metrics_ports import metrics_port

# An Asterisk that comes back has callers at once.
BACKOFF = Backoff(most_s=0.5)


def guardian() -> None:
    """Send callers whose agent is dead or frozen to the dialplan: apology, people, voicemail."""
    settings = Settings.load()
    configure_logs(settings.log_level, process="guardian")
    port = metrics_port(settings.metrics_first_port, "guardian")
    with served(port, "guardian", address=settings.metrics_address):
        uvloop.run(_run(settings))


async def _run(settings: Settings) -> None:
    """Until told to stop; raises StackError when another guardian took over."""
    async with AriClient(
        settings.ari_url,
        settings.ari_username,
        settings.ari_password.get_secret_value(),
        app=GUARDIAN_APP,
        request_deadline_s=settings.ari_request_deadline_ms / 1000,
        backoff=BACKOFF,
    ) as ari:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_number, stopped.set)
        async with asyncio.TaskGroup() as tasks:
            guarding = tasks.create_task(Guardian(ari, time.monotonic).run())
            stopping = tasks.create_task(stopped.wait())
            await asyncio.wait((guarding, stopping), return_when=asyncio.FIRST_COMPLETED)
            guarding.cancel()
            stopping.cancel()
        if not stopped.is_set():
            raise StackError("another guardian runs on this Asterisk: one of the two is enough")


def register(app: typer.Typer) -> None:
    """Adds `guardian` to the command line."""
    app.command()(guardian)
