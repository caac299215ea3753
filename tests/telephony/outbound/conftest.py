"""One Asterisk with a trunk to a carrier that SIPp plays, and a database of its own."""

import asyncio
import shutil
import socket
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.asterisk_node import needed_asterisk_root
from tests.polling import until
from tests.stack_fixture import free_ports, need
from tests.telephony import node_accounts
from tests.telephony.fallback.agent import Agent, running_agent
from tests.telephony.fallback.node import Node
from tests.telephony.outbound.callee import CARRIER, Callee, callee
from voicebot.business_file import load_business
from voicebot.calls.model import CallId, CallRecord
from voicebot.outbound import DialResult, dial
from voicebot.settings import Settings
from voicebot.stack.dialplan import inbound_numbers
from voicebot.store.calls import SqlCallRecords
from voicebot.store.cdr_import import CDR_FILE, CdrImport
from voicebot.store.do_not_call import SqlDoNotCall
from voicebot.store.engine import Database
from voicebot.store.outbound_calls import KeptCall, SqlOutboundCalls
from voicebot.store.schema import upgrade

NUMBER = "+12025550100"
_NOW = datetime(2026, 11, 22, tzinfo=UTC)
ANY_TIME = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
TRUNK = {"name": "carrier", "host": CARRIER, "country": "US", "numbers": [NUMBER], "max_calls": 3}


def shop(**outbound: object) -> dict[str, object]:
    """A business that may ring at any time, as its file has it."""
    return {
        "name": "Shop",
        "dids": [NUMBER],
        "persona": "You help.",
        "greeting": "You speak with a machine.",
        "outbound": {
            "greeting": "This is the machine of the shop.",
            "hours": ANY_TIME,
            "ring_s": 5,
            "max_per_minute": 1_000,
            **outbound,
        },
    }


@dataclass(slots=True)
class Service:
    """The node, its files, and calls that are placed over it."""

    node: Node
    directory: Path
    carrier_port: int
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8))

    @property
    def settings(self) -> Settings:
        return self.node.settings

    def may(self, **outbound: object) -> Settings:
        """Settings with these rules for the shop."""
        text = yaml.safe_dump(shop(**outbound))
        file = self.directory / f"shop-{zlib.crc32(text.encode())}.yaml"
        file.write_text(text)
        return self.settings.model_copy(update={"business_file": file})

    def dialling(
        self, number: str, settings: Settings | None = None, **how: Any
    ) -> "Future[DialResult]":
        """Begins to ring; the result comes later."""
        chosen = self.settings if settings is None else settings
        return self._pool.submit(lambda: asyncio.run(_dial(chosen, number, how)))

    def dial(self, number: str, settings: Settings | None = None, **how: Any) -> DialResult:
        return self.dialling(number, settings, **how).result(60)

    @contextmanager
    def callee(self, scenario: str, work_dir: Path, **how: Any) -> Iterator[Callee]:
        """Whoever is rung inside the block."""
        node_port = self.settings.sip_port
        with callee(self.carrier_port, node_port, scenario, work_dir, **how) as rung:
            yield rung

    def kept(self) -> list[KeptCall]:
        """All placed calls, the newest first."""

        async def ask() -> list[KeptCall]:
            database = Database.open(self.settings.resolved_database_url)
            try:
                return list(await SqlOutboundCalls(database).latest(500))
            finally:
                await database.close()

        return asyncio.run(ask())

    def record(self, call_id: str) -> CallRecord | None:
        """What Asterisk's CDR file says of a call."""

        async def ask() -> CallRecord | None:
            database = Database.open(self.settings.resolved_database_url)
            try:
                await CdrImport(database, self.settings.state_dir / CDR_FILE).run(_NOW)
                return await SqlCallRecords(database).find(CallId(call_id))
            finally:
                await database.close()

        return asyncio.run(ask())

    def all_are_on_record(self) -> bool:
        """Whether the database has each call of Asterisk's CDR file, and no other."""
        self.record("")  # reads the file
        return not node_accounts.not_on_record(self.settings, self.node.cdr_file)

    def bar(self, number: str, *, is_barred: bool) -> None:
        async def ask() -> None:
            database = Database.open(self.settings.resolved_database_url)
            try:
                book = SqlDoNotCall(database)
                if is_barred:
                    await book.add(number, "test", _NOW)
                else:
                    await book.remove(number)
            finally:
                await database.close()

        asyncio.run(ask())

    def channels(self) -> list[str]:
        listed = self.node.console("core show channels concise").splitlines()
        return [line.partition("!")[0] for line in listed if "!" in line]

    def nothing_is_left(self) -> None:
        until(lambda: not self.channels(), "no channel is left")


def expects_calls_only(etc: Path) -> None:
    """The carrier is not asked for its health: SIPp would take that for the call."""
    trunks = etc / "trunks" / "pjsip.conf"
    trunks.write_text(trunks.read_text().replace("qualify_frequency = 60", "qualify_frequency = 0"))


async def _dial(settings: Settings, number: str, how: dict[str, Any]) -> DialResult:
    """With the import of Asterisk's CDRs beside it, as `voicebot records` does it."""
    database = Database.open(settings.resolved_database_url)
    importing = CdrImport(database, settings.state_dir / CDR_FILE)

    async def keep_importing() -> None:
        while True:
            await importing.run(datetime.now(UTC))
            await asyncio.sleep(0.1)

    beside = asyncio.create_task(keep_importing())
    try:
        return await dial(settings, number, **how)
    finally:
        beside.cancel()
        await asyncio.wait((beside,))
        await database.close()


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    root = needed_asterisk_root()
    need("sipp", is_there=shutil.which("sipp") is not None)
    [port] = free_ports(1, socket.SOCK_DGRAM)
    directory = tmp_path_factory.mktemp("outbound")
    trunks_file = directory / "trunks.yaml"
    trunks_file.write_text(yaml.safe_dump({"trunks": [{**TRUNK, "port": port}]}))
    (directory / "shop.yaml").write_text(yaml.safe_dump(shop()))
    business = load_business(directory / "shop.yaml")
    node = Node(
        root,
        directory / "state",
        inbound_numbers(business),
        businesses=(business,),
        trunks_file=trunks_file,
        business_file=directory / "shop.yaml",
    )
    expects_calls_only(node.etc)
    upgrade(node.settings.resolved_database_url)
    with node.running() as running:
        made = Service(running, directory, port)
        yield made
        until(made.all_are_on_record, "every call is on record once")


@pytest.fixture
def agent(service: Service) -> Iterator[Agent]:
    with running_agent(service.node) as running:
        yield running
    service.nothing_is_left()
