"""Those who look at the floor while `voicebot bench panel` changes it: streams, and a browser."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from voicebot.commands.bench_panel_service import BenchPanel
from voicebot.errors import ConfigurationError
from voicebot.panel.gate import SESSION

_SHOWN_WITHIN_MS: Final = 30_000
# What is put into the page before its own scripts: when did a row show which latency?
_OBSERVER: Final = """
window.shown_ = [];
new MutationObserver((changes) => {
  const at = Date.now();
  for (const change of changes) {
    const cell = (change.target.nodeType === 1 ? change.target : change.target.parentElement)
      ?.closest("[data-cell='latencyText']");
    const id = cell?.closest("tr")?.dataset.id;
    if (id) window.shown_.push([id, parseInt(cell.textContent, 10), at]);
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """That a call's change was there to be seen. `at_s`: epoch seconds."""

    call_id: str
    mark: int
    at_s: float


@dataclass(slots=True)
class Streams:
    """What event streams brought: all are read, some are taken apart."""

    messages: int = 0
    octets: int = 0
    met: set[str] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def until_met(self, calls: int) -> None:
        """Until so many calls were told of."""
        while len(self.met) < calls:
            self.news.clear()
            await self.news.wait()

    shown: list[Shown] = field(default_factory=list)


@asynccontextmanager
async def streams_of(panel: BenchPanel, count: int) -> AsyncIterator[Streams]:
    """Open while the block lasts; the first is taken apart. Raises httpx.HTTPError."""
    seen = Streams()
    limits = httpx.Limits(max_connections=count)
    async with (
        httpx.AsyncClient(cookies={SESSION: panel.session}, limits=limits, timeout=30) as client,
        asyncio.TaskGroup() as group,
    ):
        tasks = [
            group.create_task(_read(client, panel.url, seen, is_taken_apart=number == 0))
            for number in range(count)
        ]
        try:
            yield seen
        finally:
            for task in tasks:
                task.cancel()


async def _read(
    client: httpx.AsyncClient, url: str, seen: Streams, *, is_taken_apart: bool
) -> None:
    async with client.stream("GET", f"{url}/floor/stream") as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            if not line.startswith("data: {") or line == "data: {}":
                continue
            seen.messages += 1
            seen.octets += len(line)
            if is_taken_apart:
                at_s = time.time()
                rows = json.loads(line.removeprefix("data: ")).get("rows", ())
                seen.met.update(row["id"] for row in rows)
                seen.news.set()
                seen.shown += [
                    Shown(row["id"], row["latency"], at_s)
                    for row in rows
                    if row["latency"] is not None
                ]


@asynccontextmanager
async def browser_on(panel: BenchPanel) -> AsyncIterator["FloorInBrowser"]:
    """Chromium without a window. Raises ConfigurationError where it or its driver is missing."""
    try:
        from playwright.async_api import async_playwright  # of the extra `dev`
    except ImportError as error:
        raise ConfigurationError(
            "a browser is driven by playwright: install the extra `dev`, or use --no-browser"
        ) from error
    if (program := shutil.which("chromium")) is None:
        raise ConfigurationError("there is no Chromium: install it, or use --no-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        context = await browser.new_context()
        await context.add_cookies([{"name": SESSION, "value": panel.session, "url": panel.url}])
        await context.add_init_script(_OBSERVER)
        try:
            yield FloorInBrowser(await context.new_page(), panel.url)
        finally:
            await browser.close()


class FloorInBrowser:
    """One browser's view of the floor."""

    def __init__(self, page: Any, url: str) -> None:
        self._page = page
        self._url = url

    async def opened_ms(self, calls: int) -> float:
        """From going to the page until each of so many calls has its row, and the filter works."""
        await self._page.goto(f"{self._url}/", wait_until="commit")
        return float(
            await self._page.evaluate(
                """async ([calls, within]) => {
                  while (document.querySelectorAll("#calls > tr").length < calls) {
                    if (performance.now() > within) throw new Error("rows are missing");
                    await new Promise(requestAnimationFrame);
                  }
                  return performance.now();
                }""",
                [calls, _SHOWN_WITHIN_MS],
            )
        )

    async def shown(self) -> Sequence[Shown]:
        found = await self._page.evaluate("window.shown_.splice(0)")
        return [Shown(call_id, mark or 0, at_ms / 1000) for call_id, mark, at_ms in found]

    async def page_opened_ms(self, path: str, ready: str) -> float:
        """Until an element is there that the page is ready with."""
        await self._page.goto(f"{self._url}{path}", wait_until="commit")
        await self._page.wait_for_selector(ready)
        return float(await self._page.evaluate("performance.now()"))
