"""What has been kept long enough?

Pure. Recordings, voicemails and transcripts live for a number of days after the
call; what remains of it (when, which outcome, how fast) tells nobody's words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

# A file that was written to this recently may belong to a call that still lasts.
IN_USE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SpoolFile:
    """A file that Asterisk made for some call."""

    path: Path
    modified_at: datetime


def kept_since(at: datetime, retention_days: int) -> datetime:
    """Calls that ended before this are due."""
    return at - timedelta(days=retention_days)


def files_due(files: Iterable[SpoolFile], at: datetime, retention_days: int) -> Sequence[Path]:
    """The files to delete, also those that no record names: a lost record keeps no voice alive."""
    limit = min(kept_since(at, retention_days), at - IN_USE)
    return [file.path for file in files if file.modified_at < limit]
