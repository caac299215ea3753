"""The registration with a carrier: it stands, it is lost with the carrier, and it is back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.polling import asked_until, until
from tests.telephony.fallback.node import Node
from tests.telephony.sip.conftest import NUMBERS
from tests.telephony.sip.far_end import FarEnd
from voicebot.agents.node_watch import NodeWatch
from voicebot.ami.connection import AmiSettings
from voicebot.calls.trunk_health import Health, HealthChange, Part
from voicebot.cli import app
from voicebot.settings import Settings
from voicebot.stack import trunk_config
from voicebot.stack.asterisk_config import TRUNK_MODULES_TO_RELOAD, install_trunks
from voicebot.stack.supervisor_config import environment_of
from voicebot.store import schema
from voicebot.store.engine import Database
from voicebot.store.trunk_health import SqlHealthChanges

TRUNK = "trunk-beta"
# Of the far end; nobody plays the other one here.
ALL_TRUNKS = ("trunk-alpha", "trunk-beta", "trunk-gamma", "trunk-delta")
# As short as Asterisk re-registers: ten seconds before the end, or at the end.
REGISTRATION_S, AGAIN_S = 8, 1
LIMIT_S = 60.0


@pytest.fixture
def impatient_node(node: Node, monkeypatch: pytest.MonkeyPatch) -> Node:
    """It asks its carriers every second or so, instead of every minute or so."""
    monkeypatch.setattr(trunk_config, "REGISTRATION_S", REGISTRATION_S)
    monkeypatch.setattr(trunk_config, "RETRY_S", AGAIN_S)
    monkeypatch.setattr(trunk_config, "QUALIFY_S", AGAIN_S)
    _read_trunks_anew(node)
    return node


def _all_is_well(node: Node) -> bool:
    contacts = node.console("pjsip show contacts").splitlines()
    reached = [
        trunk for trunk in ALL_TRUNKS if any(f"{trunk}/" in c and " Avail " in c for c in contacts)
    ]
    is_registered = " Registered" in node.console("pjsip show registrations")
    return is_registered and len(reached) == len(ALL_TRUNKS)


def _is_well_if_asked(node: Node) -> bool:
    """A carrier that missed its one question is not asked again for a minute by itself."""
    if _all_is_well(node):
        return True
    for trunk in ALL_TRUNKS:
        node.console(f"pjsip qualify {trunk}")
    return False


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    url = f"sqlite+aiosqlite:///{tmp_path}/health.db"
    schema.upgrade(url)
    return url


def _read_trunks_anew(node: Node) -> None:
    install_trunks(node.settings, NUMBERS, node.etc)
    for module in TRUNK_MODULES_TO_RELOAD:
        node.console(f"module reload {module}")


@asynccontextmanager
async def watched(node: Node, database: Database) -> AsyncIterator[None]:
    """As the records process watches it."""
    ami = AmiSettings.of(node.settings, wants_events=True)
    async with asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(NodeWatch(ami, database, node.settings.node_name).run())
        try:
            yield
        finally:
            watch.cancel()


async def change_to(
    history: SqlHealthChanges, part: Part, health: Health, name: str = TRUNK
) -> HealthChange:
    """The last change of this thing, once it is to that health."""

    async def found() -> HealthChange | None:
        of_it = (each for each in await history.last_known() if (each.part, each.name) == key)
        return next((each for each in of_it if each.health is health), None)

    key = (part, name)
    return await asked_until(found, f"{part.value} {name} is {health.value}", LIMIT_S)


def registration_shown() -> str:
    """Its line in what `voicebot trunks` shows as being so now."""
    shown = CliRunner().invoke(app, ["trunks"], env={"COLUMNS": "200"}).output
    lines = shown.partition("latest changes")[0].splitlines()
    return next(line for line in lines if "registration" in line and TRUNK in line)


async def test_a_registration_stands_is_lost_with_its_carrier_and_comes_back(
    impatient_node: Node, far_end: FarEnd, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = impatient_node
    for name, value in environment_of(node.settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("VOICEBOT_DATABASE_URL", database_url)
    assert Settings.load().ami_port == node.settings.ami_port
    database = Database.open(database_url)
    history = SqlHealthChanges(database, node.settings.node_name)
    try:
        async with watched(node, database):
            first = await change_to(history, Part.REGISTRATION, Health.UP)
            assert "registered" in await asyncio.to_thread(registration_shown)
            far_end.kill()
            lost = await change_to(history, Part.REGISTRATION, Health.DOWN)
            shown = await asyncio.to_thread(registration_shown)
            assert lost.detail in shown
            assert "down" in shown
            await change_to(history, Part.ENDPOINT, Health.DOWN)
            far_end.launch()
            await asyncio.to_thread(far_end.wait_until_ready)
            back = await change_to(history, Part.REGISTRATION, Health.UP)
            shown = await asyncio.to_thread(registration_shown)
            assert "up" in shown
            assert f"{back.at.astimezone():%Y-%m-%d %H:%M:%S}" in shown
            for trunk in ALL_TRUNKS:
                await change_to(history, Part.ENDPOINT, Health.UP, trunk)
        changes = [
            each
            for each in reversed(await history.latest(100))
            if (each.part, each.name) == (Part.REGISTRATION, TRUNK)
        ]
    finally:
        await database.close()
        # Asked every minute again, one that is down now would stay so for the tests that follow.
        until(lambda: _all_is_well(node), lambda: node.console("pjsip show contacts"), LIMIT_S)
        monkeypatch.undo()
        _read_trunks_anew(node)
        until(lambda: _is_well_if_asked(node), lambda: node.console("pjsip show contacts"), 30.0)
    # Whether it was already registered when the watch began is chance.
    healths = [each.health for each in changes[changes.index(first) :]]
    turns = [each for at, each in enumerate(healths) if at == 0 or healths[at - 1] is not each]
    assert turns == [Health.UP, Health.DOWN, Health.UP]
