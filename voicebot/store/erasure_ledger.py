"""Whom have we been asked to forget, told by nobody's number?

Beside the database and not in it: after a backup of that was restored, they are forgotten anew.
Each line is a pseudonym (HMAC-SHA-256 of the number under a key of this machine) and a time.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

_LEDGER: Final = "erasures.jsonl"
_KEY: Final = "erasures.key"
_KEY_BYTES: Final = 32


class ErasureLedger:
    """Of one state directory. Blocks; raises OSError."""

    def __init__(self, state_dir: Path) -> None:
        self._ledger = state_dir / _LEDGER
        self._key_file = state_dir / _KEY

    def add(self, number: str, at: datetime) -> None:
        """On the disk when this returns."""
        line = json.dumps({"who": self._pseudonym(self._key(), number), "at": at.isoformat()})
        with os.fdopen(_private(self._ledger, os.O_APPEND), "a", encoding="utf-8") as ledger:
            # A line before it that was cut short by a crash ends here.
            ledger.write(f"\n{line}\n")
            ledger.flush()
            os.fsync(ledger.fileno())

    def among(self, numbers: frozenset[str]) -> Mapping[str, datetime]:
        """Those of them that are to be forgotten, each with the latest time it was asked for."""
        asked: dict[str, datetime] = {}
        try:
            lines = self._ledger.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return {}
        for line in lines:
            # A line that was cut short by a crash was not yet promised to anybody.
            try:
                told = json.loads(line)
                who, at = str(told["who"]), datetime.fromisoformat(told["at"])
            except (ValueError, KeyError, TypeError):
                continue
            asked[who] = max(at, asked.get(who, at))
        key = self._key()
        found = {number: asked.get(self._pseudonym(key, number)) for number in numbers}
        return {number: at for number, at in found.items() if at is not None}

    def _key(self) -> bytes:
        try:
            return self._key_file.read_bytes()
        except FileNotFoundError:
            pass
        try:
            with os.fdopen(_private(self._key_file, os.O_EXCL), "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
        except FileExistsError:
            pass  # another process was quicker
        return self._key_file.read_bytes()

    def _pseudonym(self, key: bytes, number: str) -> str:
        return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()


def _private(path: Path, flags: int) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o600)
