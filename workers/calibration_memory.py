"""Where are calibrations kept from one start to the next?

In a file for each subject, named by its content. One that cannot be read or written is as if it
were not there: then it is measured again.
"""

import json
import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger("workers")


class Calibrations:
    """Those kept in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def get(self, subject: Mapping[str, Any]) -> int | None:
        """What was found for exactly this subject."""
        try:
            kept = json.loads(self._path(subject).read_text(encoding="utf-8"))
            count = kept["conversations"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("calibration.unreadable", error=type(error).__name__)
            return None
        return count if isinstance(count, int) and count >= 0 else None

    def keep(
        self, subject: Mapping[str, Any], count: int, trials: Sequence[Mapping[str, float]]
    ) -> None:
        path = self._path(subject)
        document = {"conversations": count, "trials": trials, "subject": subject}
        # Two workers of one kind may write at once.
        unfinished = path.with_suffix(f".{os.getpid()}")
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
            unfinished.replace(path)
        except OSError as error:
            log.warning("calibration.not_kept", error=type(error).__name__)

    def _path(self, subject: Mapping[str, Any]) -> Path:
        content = json.dumps(subject, sort_keys=True).encode()
        return self._directory / f"{sha256(content).hexdigest()[:24]}.json"
