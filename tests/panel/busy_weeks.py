"""Two weeks of a call centre: busy by day, quiet by night, a little busier than last week."""

from datetime import UTC, datetime, timedelta
from math import pi, sin
from random import Random
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.panel.panel_server import DID, Panel, run
from voicebot.capacity.offered_load import BIN_S, NAMES, Tally, bin_of
from voicebot.store.capacity_tables import capacity_bins, capacity_samples
from voicebot.store.engine import Database

WORKERS = ("stt.node1-4711", "llm.small-4720", "llm.large-4721", "tts.node1-4730")


def keep_busy_weeks(panel: Panel) -> None:
    """Once, however often it is asked."""

    async def keeping() -> None:
        database = Database.open(panel.database_url)
        async with database.writing("invent busy weeks") as connection:
            there = select(func.count()).select_from(capacity_bins)
            if not (await connection.execute(there)).scalar_one():
                await _invent(connection)
        await database.close()

    run(keeping())


async def _invent(connection: AsyncConnection) -> None:
    chance, now = Random(7), datetime.now(UTC)
    end = datetime.fromtimestamp(bin_of(now.timestamp()), UTC)
    bins: list[dict[str, Any]] = []
    samples: list[dict[str, Any]] = []
    for number in range(15 * 86_400 // BIN_S):
        at = end - (number + 1) * timedelta(seconds=BIN_S)
        load = _load(at, chance) * (1 if end - at < timedelta(days=7) else 0.85)
        for scope, share in ((f"@{DID}", 1.0), ("@+49301234", 0.3)):
            bins.append(_bin(at, scope, load * share, chance))
        if at.minute % 30 == 0 or end - at < timedelta(hours=30):
            samples += [{"at": at, **one} for one in _samples(load, chance)]
    await connection.execute(insert(capacity_bins), bins)
    await connection.execute(insert(capacity_samples), samples)


def _load(at: datetime, chance: Random) -> float:
    """From 0 to about 1."""
    of_day = max(0.0, sin((at.hour + at.minute / 60 - 6) / 13 * pi)) if 6 <= at.hour < 19 else 0.0
    lunch = 0.75 if at.hour in (11, 12) else 1.0
    weekend = 0.35 if at.weekday() > 4 else 1.0
    return max(0.02, of_day * lunch * weekend * chance.uniform(0.85, 1.15))


def _bin(at: datetime, scope: str, load: float, chance: Random) -> dict[str, Any]:
    calls = round(34 * load * chance.uniform(0.8, 1.2))
    late = max(0.0, load - 0.6)
    abandoned = round(calls * late * 0.3)
    waiting = round(calls * late * 1.4)
    talked = calls - abandoned
    error = waiting * chance.uniform(-6, 14)
    turns = talked * 5
    tally = Tally(
        calls=calls, abandoned=abandoned, served=talked, handled_s=talked * 96.0,
        carried_s=talked * 95.0, judged=calls, reached=talked, within=max(0, talked - waiting),
        waited_s=waiting * 55 * (1 + late), told=waiting, error_s=error,
        absolute_error_s=abs(error) + waiting * 5.0, script=turns // 6, fact=turns // 3,
        retrieved=turns // 8, small=turns // 4, large=turns // 8,
    )  # fmt: skip
    return {"at": at, "scope": scope, **{name: getattr(tally, name) for name in NAMES}}


def _samples(load: float, chance: Random) -> list[dict[str, Any]]:
    values = {"slots.used": min(20.0, round(19 * load)), "slots.live": 20.0}
    values |= {"pool.stt": 40.0, "pool.llm.small": 28.0, "pool.llm.large": 20.0, "pool.tts": 32.0}
    for number, worker in enumerate(WORKERS):
        busy = load * (0.45 + 0.14 * number) * chance.uniform(0.9, 1.1)
        values[f"worker.{worker}"] = min(1.0, busy)
    return [{"series": name, "value": float(value)} for name, value in values.items()]
