"""`voicebot bench routing`: how many everyday questions need no model, and how many go wrong?

Each is put to the running stack's agent in writing, through the same facts, models and caches as
a call's words.
"""

import asyncio
import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from voicebot.agents.asking import ASKING, ask
from voicebot.audio.frames import Encoding
from voicebot.dialogue.routing_figures import (
    Answered,
    Question,
    RoutingFigures,
    pairs_in,
    questions_in,
)
from voicebot.errors import ConfigurationError
from voicebot.settings import PROJECT_DIR, Settings
from voicebot.wiring import Asking, asking

HELD_OUT = PROJECT_DIR / "docs" / "bench" / "everyday_held_out.yaml"
SPEECH_DEADLINE_S = 10.0
KEPT_WITHIN_S = 2.0


def routing(
    questions: Annotated[
        Path, typer.Option(help="What is asked, and what answers it (YAML).", exists=True)
    ] = HELD_OUT,
    spoken: Annotated[
        bool, typer.Option(help="Have speech made of what is new, as a call would.")
    ] = True,
) -> None:
    """Everyday questions in words that are not the file's: shares by route, wrong answers."""
    settings = Settings.load()
    content = _content(questions)
    answered, again = asyncio.run(_run(settings, content, spoken=spoken))
    figures = RoutingFigures.of(answered)
    begun_at = datetime.now(UTC)
    bench_dir = settings.state_dir / "bench" / begun_at.strftime("%Y%m%dT%H%M%SZ")
    bench_dir.mkdir(parents=True, exist_ok=True)
    path = bench_dir / "routing.json"
    document: dict[str, Any] = {
        "at": begun_at.isoformat(),
        "questions": questions.name,
        "business": settings.business_file.name,
        "llm": settings.llm_model or "embedded",
        "figures": asdict(figures),
        "said_again": [asdict(one) for one in again],
        "answers": [asdict(one) for one in answered],
    }
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    console = Console(highlight=False)
    console.print(table_of(figures, again))
    for one in answered:
        if one.is_wrong:
            console.print(f"[red]wrong[/] {one.question.say} -> {one.found_id}")
    console.print(str(path))


def _content(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        questions_in(content), pairs_in(content)
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{path} holds no questions: {error}") from error
    return dict(content)


async def _run(
    settings: Settings, content: dict[str, Any], *, spoken: bool
) -> tuple[Sequence[Answered], Sequence[Answered]]:
    """The questions, and of what is said again the later words."""
    async with asking(settings, f"bench-{os.getpid()}") as stack:
        answered = [
            await _answered(stack, question, spoken=spoken) for question in questions_in(content)
        ]
        again = []
        for first, later in pairs_in(content):
            await _answered(stack, Question(first, ()), spoken=spoken)
            async with asyncio.timeout(KEPT_WITHIN_S):
                await stack.replies.settled()
            again.append(await _answered(stack, Question(later, ()), spoken=spoken))
        return answered, again


async def _answered(stack: Asking, question: Question, *, spoken: bool) -> Answered:
    began_s = time.monotonic()
    asked = await ask(
        stack.desk,
        question.say,
        datetime.now(UTC),
        meaning=stack.meaning,
        responder=stack.responder,
        replies=stack.replies,
    )
    ms = round((time.monotonic() - began_s) * 1000)
    new = [phrase for phrase in asked.phrases if not await _is_at_hand(stack, phrase)]
    if spoken:
        for phrase in new:
            await _speak(stack, phrase)
    return Answered(
        question=question,
        said=asked.said,
        route=asked.route,
        found_id=asked.found_id,
        offered_id=asked.offered_id,
        model_runs=asked.model_runs,
        synthesis_runs=len(new),
        ms=ms,
    )


async def _is_at_hand(stack: Asking, phrase: str) -> bool:
    business = stack.desk.business
    return await stack.speech.is_at_hand(
        phrase, encoding=Encoding.ULAW, language=business.language, voice=business.voice
    )


async def _speak(stack: Asking, phrase: str) -> None:
    business = stack.desk.business
    async for _ in stack.speech.synthesize(
        ASKING.call_id,
        phrase,
        encoding=Encoding.ULAW,
        language=business.language,
        voice=business.voice,
        deadline_s=SPEECH_DEADLINE_S,
    ):
        pass


def table_of(figures: RoutingFigures, again: Sequence[Answered]) -> Table:
    """Shares by route, and what they amount to."""
    table = Table(title=f"{figures.questions} questions, {figures.answerable} with an answer")
    table.add_column("figure")
    table.add_column("n", justify="right")
    table.add_column("%", justify="right")
    rows = {
        "told, and right": figures.told_right,
        "asked whether it is meant, and it is": figures.offered_right,
        "asked whether it is meant, and it is not": figures.offered_wrong,
        "[bold]wrong answers[/]": figures.wrong,
        "without a language-model run": figures.without_model,
        "[bold]without language-model or synthesis run[/]": figures.spared,
    }
    for name, count in rows.items():
        table.add_row(name, str(count), f"{100 * count / figures.questions:.1f}")
    table.add_section()
    for name, count in figures.by_route.items():
        table.add_row(name, str(count), f"{100 * count / figures.questions:.1f}")
    if again:
        table.add_section()
        spared = sum(one.is_spared for one in again)
        table.add_row(f"said again in other words ({len(again)}), without a run", str(spared), "")
    return table
