"""Changes business files: checked as on start, kept as versions, put in force under running calls.

The file on the disk stays the truth. Whoever changes it there makes a version, too: it is found
before the next change, which is then refused because it was made from an older one.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from voicebot.agent_classes import require_agents
from voicebot.business_file import business_files, businesses_with, text_of
from voicebot.dialogue.business import Business
from voicebot.errors import BusinessFileInvalid, ConfigurationError, StackError
from voicebot.store.business_versions import BusinessVersion, SqlBusinessVersions

BY_HAND = "changed on the disk"
_TRIES = 3


class Switchboard(Protocol):
    """The machine's telephony, which knows numbers and operators of the businesses. Blocks."""

    def check(self, businesses: Sequence[Business]) -> None:
        """Raises ConfigurationError for what it could not take up."""

    def take_up(self, businesses: Sequence[Business]) -> str:
        """Under running calls; tells what came of it. Raises StackError, and keeps the old."""


@dataclass(frozen=True, slots=True)
class Saved:
    """It is in force; agents take it up with their next calls."""

    version: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else has changed it since."""

    latest: BusinessVersion


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing has changed."""

    problems: tuple[str, ...]


class BusinessEditing:
    """Raises StoreError, and BusinessFileInvalid where a file cannot be read as text."""

    def __init__(
        self,
        path: Path,
        versions: SqlBusinessVersions,
        switchboard: Switchboard,
        node: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._path = path
        self._versions = versions
        self._switchboard = switchboard
        self._node = node
        self._clock = clock
        self._saving = asyncio.Lock()

    async def names(self) -> Sequence[str]:
        """Of the files."""
        return [file.name for file in await asyncio.to_thread(business_files, self._path)]

    async def latest(self, name: str) -> BusinessVersion:
        """What the disk holds, as a version: a new one where that was changed by hand."""
        file = await self._file(name)
        for _ in range(_TRIES):
            text = await asyncio.to_thread(text_of, file)
            if "\0" in text:
                raise BusinessFileInvalid(name, ("this is no YAML: it holds a zero byte",))
            found = await self._versions.latest(self._key(name), 1)
            if found and found[0].text == text:
                return found[0]
            number = found[0].version + 1 if found else 1
            made = BusinessVersion(number, self._clock(), None, BY_HAND if found else "", text)
            if await self._versions.add(self._key(name), made):
                return made
        raise BusinessFileInvalid(name, ("it is being changed; try again",))

    async def history(self, name: str, limit: int) -> Sequence[BusinessVersion]:
        """The newest first."""
        return await self._versions.latest(self._key(name), limit)

    async def find(self, name: str, version: int) -> BusinessVersion | None:
        return await self._versions.find(self._key(name), version)

    async def check(self, name: str, text: str) -> tuple[str, ...]:
        """What is wrong with it."""
        checked = await self._checked(await self._file(name), text)
        return checked.problems if isinstance(checked, Refused) else ()

    async def save(
        self, name: str, made_from: int, text: str, account: str, note: str
    ) -> Saved | Conflict | Refused:
        """Only what is valid, and only where nobody else was quicker."""
        file = await self._file(name)
        businesses = await self._checked(file, text)
        if isinstance(businesses, Refused):
            return businesses
        async with self._saving:
            before = await self.latest(name)
            if before.version != made_from:
                return Conflict(before)
            if before.text == text:
                return Saved(before.version, "")
            after = BusinessVersion(made_from + 1, self._clock(), account, note, text)
            try:
                draft = await asyncio.to_thread(_drafted, file, text)
            except OSError as error:
                return Refused((f"{name} cannot be written: {error.strerror}",))
            if not await self._versions.add(self._key(name), after):
                return Conflict(await self.latest(name))
            await asyncio.to_thread(_put_in_place, draft, file)
            return await self._put_in_force(file, before, after, businesses)

    async def _put_in_force(
        self,
        file: Path,
        before: BusinessVersion,
        after: BusinessVersion,
        businesses: Sequence[Business],
    ) -> Saved | Refused:
        """What telephony refuses is taken back: agents and Asterisk never differ for long."""
        try:
            outcome = await asyncio.to_thread(self._switchboard.take_up, businesses)
        except (ConfigurationError, StackError) as error:
            draft = await asyncio.to_thread(_drafted, file, before.text)
            await asyncio.to_thread(_put_in_place, draft, file)
            taken_back = BusinessVersion(
                after.version + 1, self._clock(), None, f"taken back: {error}", before.text
            )
            await self._versions.add(self._key(file.name), taken_back)
            return Refused((str(error),))
        return Saved(after.version, outcome)

    async def _checked(self, file: Path, text: str) -> Sequence[Business] | Refused:
        try:
            return await asyncio.to_thread(self._businesses, file, text)
        except BusinessFileInvalid as error:
            return Refused(error.problems)
        except ConfigurationError as error:
            return Refused((str(error),))

    def _businesses(self, file: Path, text: str) -> Sequence[Business]:
        businesses = businesses_with(self._path, file, text)
        require_agents(businesses)
        self._switchboard.check(businesses)
        return businesses

    async def _file(self, name: str) -> Path:
        """Only ever one of those that are there: a name is no path."""
        for file in await asyncio.to_thread(business_files, self._path):
            if file.name == name:
                return file
        raise BusinessFileInvalid(name, ("there is no such file",))

    def _key(self, name: str) -> str:
        """Nodes may share a database, and each has its own disk."""
        return f"{self._node}/{name}"


def _put_in_place(draft: Path, file: Path) -> None:
    """In one step: whoever reads finds the old or the new, and a link stays one."""
    draft.replace(file.resolve())


def _drafted(file: Path, text: str) -> Path:
    """Beside it, wholly written, to be put in its place; named as no business file is."""
    real = file.resolve()
    draft = real.with_name(f".{real.name}.draft")
    with draft.open("w", encoding="utf-8", newline="") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    if real.exists():
        shutil.copymode(real, draft)
    return draft
