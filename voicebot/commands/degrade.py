"""`voicebot degrade`: how much of the service is given, and forcing it."""

import asyncio
from typing import Annotated

import typer

from voicebot.capacity.degradation import STEPS, Degradation, name_of, step_named
from voicebot.errors import DegradationStepUnknown
from voicebot.settings import Settings
from voicebot.shared_state.connection import RedisConnection
from voicebot.shared_state.health_board import RedisHealthBoard

AUTOMATIC = "auto"
CHANGES_SHOWN = 10


def register(app: typer.Typer) -> None:
    """Puts this command on the command line."""
    app.command("degrade")(degrade)


def degrade(
    step: Annotated[
        str, typer.Argument(help=f"{', '.join(STEPS)}, or {AUTOMATIC}; none: only show.")
    ] = "",
    for_s: Annotated[
        float | None, typer.Option(min=1, help="Seconds until it is automatic again.")
    ] = None,
) -> None:
    """Show at which step of service the agents are, or force one on all of them.

    A call takes it up at its next turn.
    """
    settings = Settings.load()
    for line in asyncio.run(_degrade(settings.redis_url, step, for_s)):
        typer.echo(line)


async def _degrade(redis_url: str, step: str, for_s: float | None) -> list[str]:
    wanted = _wanted(step) if step else None
    connection = RedisConnection(redis_url)
    try:
        board = RedisHealthBoard(connection)
        if step:
            await board.force(wanted, for_s=for_s)
        return await _shown(board)
    finally:
        await connection.close()


def _wanted(step: str) -> Degradation | None:
    """None: automatic. Raises DegradationStepUnknown, which names all that may be asked for."""
    if step == AUTOMATIC:
        return None
    try:
        return step_named(step)
    except DegradationStepUnknown as error:
        raise DegradationStepUnknown(step, (*STEPS, AUTOMATIC)) from error


async def _shown(board: RedisHealthBoard) -> list[str]:
    seen = await board.seen()
    lines = ["Automatic." if seen.forced is None else f"Forced: {name_of(seen.forced)}."]
    for each in seen.agents:
        breakers = [f"{queue} {state.value}" for queue, state in each.breakers.items()]
        lines.append(", ".join([f"{each.agent}: {name_of(each.step)}", *breakers]))
    for change in await board.changes(CHANGES_SHOWN):
        at, of = change.at.isoformat(timespec="seconds"), change.changed
        lines.append(
            f"{at} {change.agent}: {name_of(of.before)} → {name_of(of.now)} ({of.cause.value})"
        )
    return lines
