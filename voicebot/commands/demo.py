"""`voicebot demo`: a real spoken call, shown live, and judged by listening to it."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from voicebot.business_file import load_business
from voicebot.caller.listening import contains_words, transcribe
from voicebot.commands import stack as stack_commands
from voicebot.dialogue.business import Business
from voicebot.errors import CallerError
from voicebot.settings import Settings
from voicebot.shared_state.call_events import CallEventSeen, RedisCallEvents
from voicebot.shared_state.connection import RedisConnection

# Recognition of an answer may miss a word; a wrong answer shares far fewer with the right one.
HEARD_SHARE = 0.7
CALLER_NUMBER = "5550177"
CALL_DEADLINE_S = 180.0


@dataclass(frozen=True, slots=True)
class DemoTurn:
    """What the caller says, and what must be heard in answer."""

    say: str
    fact_id: str | None = None  # this fact, word for word
    is_farewell: bool = False  # the business's farewell; neither: whatever the model says


DEMO_CALL = (
    DemoTurn("Hi there. What are your opening hours?", fact_id="opening-hours"),
    DemoTurn("And how much does it cost to rent a bike for a day?", fact_id="rental-price"),
    DemoTurn("Where is your shop?", fact_id="address"),
    DemoTurn("I had a lovely day at the lake yesterday."),
    DemoTurn("Can I pay with a credit card?", fact_id="payment"),
    DemoTurn("That's all. Goodbye.", is_farewell=True),
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the recognizer heard of one answer, and how much of it was right."""

    heard: str
    share: float  # of the expected words, 0 to 1

    @property
    def is_right(self) -> bool:
        return self.share >= HEARD_SHARE


def demo() -> None:
    """Start the stack, hold a spoken SIP call with the voice agent, and check it by ear."""
    settings = Settings.load()
    console = Console(highlight=False)
    business = load_business(settings.business_file)
    stack_commands.up()
    settings = Settings.load()
    console.rule(f"A caller dials {business.dids[0]}: {business.name}")
    record_dir = settings.state_dir / "calls" / datetime.now(UTC).strftime("demo-%Y%m%dT%H%M%SZ")
    report, turns, call_id = asyncio.run(_hold_call(settings, business, record_dir, console))
    console.rule("Listening to the caller's recording")
    judgements = judge(business, report, turns, _transcripts(report))
    _show_judgements(judgements, console)
    _show_latencies(report, turns, console)
    _show_what_next(settings, business, record_dir, call_id, console)
    if not all(judgement.is_right for judgement in judgements):
        console.print("[red]The caller did not hear the right answers.[/red]")
        raise typer.Exit(1)
    console.print("[green]The caller heard the right answers.[/green]")


def register(app: typer.Typer) -> None:
    """Adds `demo` to the command line."""
    app.command()(demo)


async def _hold_call(
    settings: Settings, business: Business, record_dir: Path, console: Console
) -> tuple[dict[str, Any], list[dict[str, Any]], str]:
    """The caller's report, the agent's turns, and the call's id."""
    connection = RedisConnection(settings.redis_url)
    events = RedisCallEvents(connection)
    seen: list[CallEventSeen] = []
    since = await events.now()

    async def watch() -> None:
        async for event in events.watch(since=since):
            seen.append(event)
            _show_event(event, console)

    async with asyncio.TaskGroup() as tasks:
        watcher = tasks.create_task(watch())
        report = await _call(business, record_dir)
        watcher.cancel()
    await connection.close()
    turns = [dict(event.fields) for event in seen if event.name == "turn.over"]
    return report, turns, str(seen[0].call_id) if seen else ""


async def _call(business: Business, record_dir: Path) -> dict[str, Any]:
    """The calling side is a process of its own: its SIP library is GPL."""
    says = [part for turn in DEMO_CALL for part in ("--say", turn.say)]
    command = (sys.executable, "-m", "voicebot", "call", business.dids[0], *says)
    process = await asyncio.create_subprocess_exec(
        *command,
        "--json",
        *("--from", CALLER_NUMBER, "--record-dir", str(record_dir)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(CALL_DEADLINE_S):
            output, _ = await process.communicate()
    except TimeoutError as error:
        process.terminate()
        raise CallerError(f"the call was not over after {CALL_DEADLINE_S:.0f} s") from error
    if process.returncode != 0:
        raise CallerError("the call was not held; `voicebot status` and the logs tell more")
    report: dict[str, Any] = json.loads(output)
    return report


def _show_event(event: CallEventSeen, console: Console) -> None:
    fields = event.fields
    match event.name:
        case "call.media_up":
            console.print(
                f"[dim]answered by {fields['agent']}, audio flows after {fields['setup_ms']} ms[/]"
            )
        case "turn.over":
            if fields["heard"]:
                console.print(f"[bold cyan]caller[/] {fields['heard']}")
            cut = " [yellow](interrupted)[/]" if fields["was_interrupted"] else ""
            console.print(f"[bold green]agent [/] {fields['said_heard']}{cut}")
            console.print(f"[dim]       {stages(fields)}[/]")
        case "call.ended":
            console.print(f"[dim]call over: {fields['outcome']}[/]")


def stages(turn: Mapping[str, Any]) -> str:
    """Where a turn's time went, on one line."""
    timings = turn["timings"]
    names = {
        "endpointing_ms": "end of speech",
        "recognition_ms": "recognition",
        "retrieval_ms": "facts",
        "first_phrase_ms": "model",
        "synthesis_ms": "speech",
        "total_ms": "total",
    }
    parts = [f"{name} {timings[key]} ms" for key, name in names.items() if timings[key] is not None]
    return " · ".join([turn["source"], *parts])


def judge(
    business: Business,
    report: dict[str, Any],
    turns: list[dict[str, Any]],
    heard: Mapping[str, str],
) -> list[Judgement]:
    """What was heard of each answer that was due; `heard`: transcripts by file name."""
    expected = [business.opening, *(_expected(business, turn, report) for turn in DEMO_CALL)]
    names: list[str | None] = report["answer_files"]
    judgements = []
    for number, (wanted, name) in enumerate(zip_longest(expected, names)):
        text = heard.get(name, "") if name is not None else ""
        if wanted is None:
            # The model's own words: what it meant to say must be what was heard.
            wanted = next((t["said_heard"] for t in turns if t["number"] == number), "")
        judgements.append(Judgement(text, contains_words(text, wanted) if wanted else 0.0))
    return judgements


def _transcripts(report: dict[str, Any]) -> dict[str, str]:
    directory = Path(report["record_dir"])
    names = [name for name in report["answer_files"] if name is not None]
    return {heard.path.name: heard.text for heard in transcribe([directory / n for n in names])}


def _show_judgements(judgements: Sequence[Judgement], console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("turn", "heard by ear", "as expected"):
        table.add_column(column)
    for number, judgement in enumerate(judgements):
        mark = "[green]yes[/]" if judgement.is_right else "[red]no[/]"
        table.add_row(str(number), judgement.heard, f"{mark} {judgement.share:.0%}")
    console.print(table)


def _expected(business: Business, turn: DemoTurn, report: dict[str, Any]) -> str | None:
    if turn.is_farewell:
        return business.phrases.farewell
    if turn.fact_id is None:
        return None
    placed_at = datetime.fromisoformat(report["placed_at"])
    return business.fact(turn.fact_id).spoken(business.hours, placed_at)


def _show_latencies(report: dict[str, Any], turns: list[dict[str, Any]], console: Console) -> None:
    console.rule("Latency, found in the caller's recording")
    console.print(f"INVITE to first sound of the greeting: {report['set_up']['greeting_ms']} ms")
    by_number = {turn["number"]: turn for turn in turns}
    for turn in report["turns"][1:]:
        agent_side = by_number.get(turn["number"])
        line = "" if agent_side is None else f"  [dim]{stages(agent_side)}[/]"
        console.print(f"turn {turn['number']}: {turn['voice_to_voice_ms']} ms{line}")


def _show_what_next(
    settings: Settings, business: Business, record_dir: Path, call_id: str, console: Console
) -> None:
    console.rule("What next")
    model = settings.llm_model or "the one behind that address"
    lines = (
        f"recording        {record_dir}/conversation.wav",
        f"the call's record  voicebot calls show {call_id}",
        "call it yourself   voicebot phone add NAME --network YOUR.NETWORK/24, then dial "
        f"{business.dids[0]} from a softphone",
        (
            "language model   the one that ships (SmolLM2 135M) is of demo grade; set "
            "VOICEBOT_LLM_URL to an OpenAI-compatible address for a bigger one"
            if not settings.llm_url
            else f"language model   {model}"
        ),
        f"settings         {settings.state_dir}/voicebot.env",
        "stop everything  voicebot down",
    )
    for line in lines:
        console.print(line)
