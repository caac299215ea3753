"""`voicebot bench search`: how long does the panel's search take among a million calls?"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from voicebot.caller.bench_line import StepFigures
from voicebot.caller.machine import cpu_and_cores
from voicebot.commands.bench_search_calls import DIDS, WORDS, invent_calls, invent_sentences, words
from voicebot.settings import Settings
from voicebot.store import schema
from voicebot.store.call_question import CallPlace, CallQuestion
from voicebot.store.call_search import SqlCallSearch
from voicebot.store.engine import Database, open_engine
from voicebot.store.tables import calls as calls_table

P95_MAX_MS: Final = 300.0
_ALL: Final = "all of them"
_ROWS: Final = 51
_AT_ONCE: Final = 50_000
_BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
_BETWEEN: Final = timedelta(seconds=30)
# Before the indexes for parts of words: filling is three times as fast without them.
_BARE: Final = "0010"


def search(
    database_url: Annotated[
        str, typer.Option(help="A PostgreSQL database that is empty, or filled by this bench.")
    ],
    calls: Annotated[int, typer.Option(help="How many are invented.", min=1_000)] = 1_000_000,
    questions: Annotated[int, typer.Option(help="Of each kind.", min=10)] = 40,
) -> None:
    """Searches of every kind on a scratch PostgreSQL, which it fills first."""
    if not database_url.startswith("postgresql"):
        raise typer.BadParameter("the promise is about PostgreSQL")
    console = Console(highlight=False)
    asyncio.run(_filled(database_url, calls, console))
    figures = asyncio.run(_measured(database_url, calls, questions))
    begun_at = datetime.now(UTC)
    stamp = begun_at.strftime("%Y%m%dT%H%M%SZ")
    document = {
        "begun_at": begun_at.isoformat(),
        "machine": cpu_and_cores(),
        "plan": {"calls": calls, "questions": questions},
        "targets": {"p95_ms": {"limit": P95_MAX_MS, "is_met": _is_met(figures)}},
        "figures": {name: asdict(one) for name, one in figures.items()},
    }
    directory = Settings.load().state_dir / "bench" / stamp
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "search.json").write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    console.print(search_table(figures, calls))
    console.print(str(directory / "search.json"))


def search_table(figures: Mapping[str, StepFigures], calls: int) -> Table:
    table = Table("ms", "n", "p50", "p95", "largest", title=f"{calls:,} calls")
    for name, one in figures.items():
        columns = (one.questions, one.p50_ms, one.p95_ms, one.longest_ms)
        table.add_row(name, *(f"{value:g}" for value in columns))
    table.add_section()
    table.add_row("p95", "", "", f"{P95_MAX_MS:g}", "kept" if _is_met(figures) else "missed")
    return table


def kinds(calls: int) -> Mapping[str, Callable[[int], tuple[CallQuestion, CallPlace | None]]]:
    """What is asked, by a running number; each gives other values."""
    said = words()

    def call(i: int) -> int:
        return (i + 1) * 7_919 % calls + 1

    def word(i: int, low: int, high: int) -> str:
        return said[low + i * 37 % (high - low)]

    def at(i: int) -> datetime:
        return _BEGINNING + call(i) * _BETWEEN

    def first(question: CallQuestion) -> tuple[CallQuestion, CallPlace | None]:
        return question, None

    return {
        "latest": lambda i: first(CallQuestion()),
        "deep page": lambda i: (CallQuestion(), CallPlace(at(i), f"bench-{call(i)}")),
        "whole number": lambda i: first(
            CallQuestion(digits=f"43660{call(i) * 7919 % 10_000_000:07}")
        ),
        "end of a number": lambda i: first(CallQuestion(digits=f"{call(i) * 7919 % 100_000:05}")),
        "a DID": lambda i: first(CallQuestion(digits=f"437208800{i % DIDS:02}")),
        "no such number": lambda i: first(CallQuestion(digits=f"49301{i:07}")),
        "frequent word": lambda i: first(CallQuestion(words=word(i, 1, 20))),
        "middling word": lambda i: first(CallQuestion(words=word(i, 100, 600))),
        "rare word": lambda i: first(CallQuestion(words=word(i, 4_000, WORDS))),
        "two words": lambda i: first(CallQuestion(words=f"{word(i, 20, 60)} {word(i, 60, 200)}")),
        "said once": lambda i: first(CallQuestion(words=f"ticket {call(i) + 10_000_000}")),
        "never said": lambda i: first(CallQuestion(words=f"zebra{i}")),
        "outcome": lambda i: first(
            CallQuestion(outcome=("failed", "abandoned", "transferred")[i % 3])
        ),
        "outcome and word": lambda i: first(CallQuestion(outcome="failed", words=word(i, 20, 400))),
        "a day and a word": lambda i: first(
            CallQuestion(since=at(i), until=at(i) + timedelta(days=1), words=word(i, 20, 400))
        ),
        "slow answers": lambda i: first(CallQuestion(slowest_from_ms=3_000 + i)),
        "word of one DID": lambda i: first(
            CallQuestion(dids=frozenset({f"+437208800{i % DIDS:02}"}), words=word(i, 100, 600))
        ),
        "number and word": lambda i: first(
            CallQuestion(digits=f"{call(i) % 1_000:03}", words=word(i, 1, 400))
        ),
    }


def _is_met(figures: Mapping[str, StepFigures]) -> bool:
    return figures[_ALL].p95_ms <= P95_MAX_MS


async def _filled(url: str, calls: int, console: Console) -> None:
    """Refuses a database that holds anything else."""
    await asyncio.to_thread(schema.upgrade, url, target=f"pre@{_BARE}")
    engine = open_engine(url)
    try:
        async with engine.connect() as connection:
            counted = select(func.count()).select_from(calls_table)
            async with connection.begin():
                there = (await connection.execute(counted)).scalar_one()
                is_bench = calls_table.c.call_id.startswith("bench-")
                strange = (await connection.execute(counted.where(~is_bench))).scalar_one()
            if strange:
                raise typer.BadParameter("this database holds calls that are not the bench's")
            if there != calls:
                if there:
                    raise typer.BadParameter(f"it holds {there:,} calls already")
                await _invented(connection, calls, console)
    finally:
        await engine.dispose()
    begun = time.perf_counter()
    await asyncio.to_thread(schema.upgrade, url)
    console.print(f"indexes: {time.perf_counter() - begun:.0f} s")
    engine = open_engine(url)
    async with engine.connect() as connection, connection.begin():
        await connection.execute(text("ANALYZE calls, turns"))
    await engine.dispose()


async def _invented(connection: AsyncConnection, calls: int, console: Console) -> None:
    async with connection.begin():
        await invent_sentences(connection)
    for first in range(1, calls + 1, _AT_ONCE):
        last = min(calls, first + _AT_ONCE - 1)
        async with connection.begin():
            await invent_calls(connection, first, last)
        console.print(f"{last:,} calls")


async def _measured(url: str, calls: int, questions: int) -> Mapping[str, StepFigures]:
    """Each asked alone, one after the other, the first of a kind included."""
    database = Database.open(url)
    searching = SqlCallSearch(database)
    try:
        found: dict[str, StepFigures] = {}
        of_all: list[float] = []
        for name, question_of in kinds(calls).items():
            seconds = []
            for number in range(questions):
                question, after = question_of(number)
                begun = time.perf_counter()
                await searching.find(question, _ROWS, after)
                seconds.append(time.perf_counter() - begun)
            found[name] = StepFigures.of(seconds)
            of_all += seconds
        return found | {_ALL: StepFigures.of(of_all)}
    finally:
        await database.close()
