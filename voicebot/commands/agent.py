"""`voicebot agent`: one process that answers calls."""

import asyncio
import signal
from typing import Annotated

import typer
import uvloop

from voicebot.agent_classes import require_agents
from voicebot.business_file import load_businesses
from voicebot.settings import Settings
from voicebot.telemetry.logs import configure_logs
from voicebot.wiring import agent_name, run_agent


def agent(
    number: Annotated[int, typer.Option(min=1, help="Which of this host's agents it is.")] = 1,
) -> None:
    """Answer calls until told to stop; then running calls go on in the dialplan."""
    settings = Settings.load()
    configure_logs(settings.log_level, process=agent_name(number))
    # Before anything else is waited for: whoever starts it shall read this first.
    require_agents(load_businesses(settings.business_file))
    uvloop.run(_run(settings, number))


async def _run(settings: Settings, number: int) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stopped.set)
    await run_agent(settings, number, stopped)


def register(app: typer.Typer) -> None:
    """Adds `agent` to the command line."""
    app.command()(agent)
