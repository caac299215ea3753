"""Business files are changed by the panel's own code, on a real disk and in real databases."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from sqlalchemy import delete, update

from tests.fakes.sample_business import CONTENT
from tests.fakes.sample_calls import NOON
from voicebot.business_file import load_business, text_of
from voicebot.commands.reload import Telephony
from voicebot.dialogue.business import Business
from voicebot.errors import BusinessFileInvalid, StackError, StoreError
from voicebot.panel.business_editing import BusinessEditing, Conflict, Refused, Saved, Switchboard
from voicebot.settings import Settings
from voicebot.store.business_versions import SqlBusinessVersions
from voicebot.store.engine import Database
from voicebot.store.panel_tables import business_versions

OLD = "# by people\n" + yaml.safe_dump(CONTENT, sort_keys=False)
NAME = "shop.yaml"


class RefusingAsterisk:
    """Takes nothing up."""

    def check(self, businesses: Sequence[Business]) -> None:
        """Sees nothing wrong beforehand."""

    def take_up(self, businesses: Sequence[Business]) -> str:
        raise StackError("Asterisk refused it")


@pytest.fixture
def file(state_dir: Path) -> Path:
    path = state_dir / "businesses" / NAME
    path.parent.mkdir()
    path.write_text(OLD)
    path.chmod(0o640)
    return path


def editing(
    database: Database, path: Path, switchboard: Switchboard | None = None
) -> BusinessEditing:
    here = switchboard or Telephony(Settings.model_validate({"state_dir": _state_of(path)}))
    return BusinessEditing(path, SqlBusinessVersions(database), here, "node1", lambda: NOON)


def _state_of(path: Path) -> Path:
    """Of a machine that has no Asterisk yet."""
    return path.parent if path.is_dir() else path.parent.parent


def write(file: Path, text: str) -> None:
    """As people do."""
    file.write_text(text)


def with_persona(persona: str, text: str = OLD) -> str:
    return text.replace(CONTENT["persona"], persona)


async def test_a_change_is_on_the_disk_and_a_version(database: Database, file: Path) -> None:
    edits = editing(database, file)
    first = await edits.latest(NAME)
    assert (first.version, first.text, first.account) == (1, OLD, None)
    new = with_persona("You are brief.")
    saved = await edits.save(NAME, 1, new, "anna", "brevity")
    assert isinstance(saved, Saved)
    assert saved.version == 2
    assert text_of(file) == new
    assert load_business(file).persona == "You are brief."
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o640
    assert os.listdir(file.parent) == [NAME]
    told = [(one.version, one.account, one.note) for one in await edits.history(NAME, 9)]
    assert told == [(2, "anna", "brevity"), (1, None, "")]


async def test_what_is_invalid_is_never_written(database: Database, file: Path) -> None:
    edits = editing(database, file)
    await edits.latest(NAME)
    for text in ("name: [", "[]", OLD.replace("dids:", "didz:"), "[" * 5_000):
        refused = await edits.save(NAME, 1, text, "anna", "")
        assert isinstance(refused, Refused)
        assert refused.problems
        assert refused.problems == await edits.check(NAME, text)
    assert text_of(file) == OLD
    assert len(await edits.history(NAME, 9)) == 1


async def test_a_change_on_the_disk_is_kept_and_told(database: Database, file: Path) -> None:
    edits = editing(database, file)
    await edits.latest(NAME)
    by_hand = with_persona("By hand.")
    write(file, by_hand)
    conflict = await edits.save(NAME, 1, with_persona("In the panel."), "anna", "")
    assert isinstance(conflict, Conflict)
    assert conflict.latest.text == text_of(file) == by_hand
    assert conflict.latest.account is None
    again = await edits.save(NAME, 2, with_persona("In the panel."), "anna", "")
    assert again == Saved(3, again.outcome if isinstance(again, Saved) else "")
    found = await edits.find(NAME, 2)
    assert found is not None
    assert found.text == by_hand


async def test_of_two_at_once_one_is_told(database: Database, file: Path) -> None:
    first, second = editing(database, file), editing(database, file)
    await first.latest(NAME)
    assert isinstance(await first.save(NAME, 1, with_persona("One."), "anna", ""), Saved)
    assert isinstance(await second.save(NAME, 1, with_persona("Two."), "bert", ""), Conflict)
    assert load_business(file).persona == "One."


async def test_what_asterisk_refuses_is_taken_back(database: Database, file: Path) -> None:
    edits = editing(database, file, RefusingAsterisk())
    await edits.latest(NAME)
    refused = await edits.save(NAME, 1, with_persona("New."), "anna", "")
    assert refused == Refused(("Asterisk refused it",))
    assert text_of(file) == OLD
    latest = await edits.latest(NAME)
    assert (latest.version, latest.text) == (3, OLD)


async def test_no_number_comes_to_belong_to_two_of_a_folder(database: Database, file: Path) -> None:
    write(file.parent / "other.yaml", OLD.replace(CONTENT["dids"][0], "4711"))
    edits = editing(database, file.parent)
    assert list(await edits.names()) == ["other.yaml", NAME]
    await edits.latest("other.yaml")
    refused = await edits.save("other.yaml", 1, OLD, "anna", "")
    assert isinstance(refused, Refused)
    with pytest.raises(BusinessFileInvalid, match="no such file"):
        await edits.latest("../secret.yaml")


async def test_versions_are_only_added_to(database: Database, file: Path) -> None:
    await editing(database, file).latest(NAME)
    for change in (update(business_versions).values(text=""), delete(business_versions)):
        with pytest.raises(StoreError):
            async with database.writing("forge") as connection:
                await connection.execute(change)
