"""`voicebot reload` and `voicebot up` on a stack that runs, without any process of ours."""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.stack_fixture import stack_for_tests
from voicebot.cli import app
from voicebot.commands.reload import Telephony
from voicebot.errors import BusinessFileInvalid
from voicebot.panel.business_editing import BusinessEditing, Conflict, Refused, Saved
from voicebot.settings import PROJECT_DIR, Settings
from voicebot.stack import asterisk_console
from voicebot.stack.supervisor_config import environment_of
from voicebot.store import schema
from voicebot.store.business_versions import SqlBusinessVersions
from voicebot.store.engine import Database

DIDS = 'dids: ["1000", "+12025550100"]'


async def _edited(settings: Settings, file: Path, old: str, new: str) -> Saved | Conflict | Refused:
    """By the panel's own code."""
    url = f"sqlite+aiosqlite:///{file.parent}/panel.db"
    await asyncio.to_thread(schema.upgrade, url)
    database = Database.open(url)
    try:
        edits = BusinessEditing(
            file,
            SqlBusinessVersions(database),
            Telephony(settings),
            settings.node_name,
            lambda: datetime.now(UTC),
        )
        latest = await edits.latest(file.name)
        text = latest.text.replace(old, new)
        return await edits.save(file.name, latest.version, text, "anna", "a number")
    finally:
        await database.close()


def test_a_new_number_is_in_force_and_nothing_was_started_anew(
    tmp_path: Path, state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "shop.yaml"
    shutil.copy(PROJECT_DIR / "config" / "lakeside_bikes.yaml", file)
    with stack_for_tests(state_dir, "asterisk", business_file=file) as stack:
        for name, value in environment_of(stack.settings).items():
            monkeypatch.setenv(name, value)
        assert Settings.load().state_dir == stack.settings.state_dir
        [pid] = [one.pid for one in stack.status() if one.name == "asterisk"]

        file.write_text(file.read_text().replace(DIDS, 'dids: ["1000", "2000"]'))
        result = CliRunner().invoke(app, ["reload"])
        assert result.exit_code == 0, result.output
        assert "In force: extensions.conf." in result.output
        known = asterisk_console.ask(stack.paths, "dialplan show 2000@voicebot-numbers")
        assert "voicebot-inbound,2000,1" in known

        file.write_text(file.read_text().replace('"2000"', '"three thousand"'))
        result = CliRunner().invoke(app, ["reload"])
        assert isinstance(result.exception, BusinessFileInvalid)
        assert '"three thousand" is no number' in str(result.exception)
        assert known == asterisk_console.ask(stack.paths, "dialplan show 2000@voicebot-numbers")

        saved = asyncio.run(_edited(stack.settings, file, '"three thousand"', '"4000"'))
        assert isinstance(saved, Saved)
        assert "In force: extensions.conf." in saved.outcome
        known = asterisk_console.ask(stack.paths, "dialplan show 4000@voicebot-numbers")
        assert "voicebot-inbound,4000,1" in known

        file.write_text(file.read_text().replace('"4000"', '"3000"'))
        stack.up(["asterisk"])
        known = asterisk_console.ask(stack.paths, "dialplan show 3000@voicebot-numbers")
        assert "voicebot-inbound,3000,1" in known
        assert [one.pid for one in stack.status() if one.name == "asterisk"] == [pid]
