"""Which businesses are served just now?

Their files are read again when they have changed. A change that makes one invalid is
told, and what was in force stays so.
"""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from voicebot.business_file import load_businesses
from voicebot.dialogue.business import Business
from voicebot.errors import BusinessFileInvalid
from voicebot.telemetry.logs import log_of

log = log_of("records")


class Businesses:
    """The businesses of one file, or of a folder of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: object = None
        self._in_force: Sequence[Business] = ()

    async def in_force(self) -> Sequence[Business]:
        """Raises BusinessFileInvalid as long as there has been no valid one."""
        seen = await asyncio.to_thread(_shape, self._path)
        if seen == self._seen:
            return self._in_force
        try:
            self._in_force = await asyncio.to_thread(load_businesses, self._path)
        except BusinessFileInvalid as error:
            if not self._in_force:
                raise
            log.warning("business.refused", code=error.code, reason=str(error))
        self._seen = seen
        return self._in_force


def _shape(path: Path) -> object:
    """What changes whenever one of the files does."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    shape = []
    for file in files:
        try:
            found = os.stat(file)
        except OSError:
            continue  # reading it will say why
        shape.append((file, found.st_ino, found.st_size, found.st_mtime_ns))
    return shape
