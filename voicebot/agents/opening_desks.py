"""Opens the desks of all businesses, and opens them anew when a file has changed.

A file that is invalid is told of, with line and reason, and changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import product
from pathlib import Path
from typing import NoReturn

from voicebot.agent_classes import agent_class
from voicebot.agents.desk import Desk, Desks, desk_key
from voicebot.business_file import load_businesses
from voicebot.dialogue.answers import FactIndex, questions_of, statements_of
from voicebot.dialogue.business import Business
from voicebot.errors import ConfigurationError
from voicebot.ports import MeaningEncoder
from voicebot.telemetry.logs import log_of

LOOK_EVERY_S = 1.0

log = log_of(__name__)


async def open_desks(path: Path, meaning: MeaningEncoder) -> dict[str, Desk]:
    """DID to desk, and those of agents for placed calls beside it (`desk_key`).

    Raises ConfigurationError when a file or an agent is not as it must be.
    """
    desks: dict[str, Desk] = {}
    for business in load_businesses(path):
        kinds = {did: business.agents.get(did) for did in business.dids}
        placing = business.outbound.agents if business.outbound is not None else {}
        for did, (name, kind) in product(business.dids, placing.items()):
            kinds[desk_key(did, name)] = kind
        opened = {kind: await _open(business, kind, meaning) for kind in set(kinds.values())}
        desks |= {did: opened[kind] for did, kind in kinds.items()}
    return desks


async def _open(business: Business, kind: str | None, meaning: MeaningEncoder) -> Desk:
    agent = agent_class(kind)(business)
    actions = agent.actions()
    questions, statements = questions_of(business, actions), statements_of(business, actions)
    vectors = await meaning.encode(questions) if questions else []
    said = await meaning.encode(statements) if statements else []
    return Desk(business, agent, FactIndex(business, vectors, actions, said))


class DeskWatch:
    """Follows the business files. Calls keep the desk that they began with."""

    def __init__(
        self,
        path: Path,
        desks: Desks,
        meaning: MeaningEncoder,
        prepare: Callable[[tuple[Desk, ...]], Awaitable[None]],
    ) -> None:
        """`prepare`: makes new sentences into speech before anybody needs them."""
        self._path = path
        self._desks = desks
        self._meaning = meaning
        self._prepare = prepare
        self._seen = self._fingerprint()

    async def run(self) -> NoReturn:
        """Until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()

    async def look(self) -> None:
        """Takes up what has changed since the last look."""
        fingerprint = await asyncio.to_thread(self._fingerprint)
        if fingerprint == self._seen:
            return
        self._seen = fingerprint
        try:
            by_did = await open_desks(self._path, self._meaning)
        except ConfigurationError as error:
            log.error("business.not_reloaded", reason=str(error))
            return
        await self._prepare(tuple(dict.fromkeys(by_did.values())))
        self._desks.replace(by_did)
        log.info("business.reloaded", dids=len(by_did))

    def _fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        files = sorted(self._path.glob("*.yaml")) if self._path.is_dir() else [self._path]
        found = []
        for file in files:
            try:
                status = file.stat()
            except FileNotFoundError:
                continue  # being replaced: the next look finds it
            found.append((file.name, status.st_mtime_ns, status.st_ino))
        return tuple(found)
