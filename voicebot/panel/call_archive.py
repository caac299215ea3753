"""Where do the panel's pages find what remains of calls?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voicebot.calls.model import CallRecord
from voicebot.store.admissions import SqlAdmissions
from voicebot.store.asterisk_cdr import SPOOL
from voicebot.store.call_callbacks import SqlCallCallbacks
from voicebot.store.call_search import SqlCallSearch
from voicebot.store.call_transcripts import SqlCallTranscripts
from voicebot.store.calls import SqlCallRecords
from voicebot.store.engine import Database

SIDES: Final = ("caller", "agent")


@dataclass(frozen=True, slots=True)
class CallArchive:
    """Of one database and the recordings beside it."""

    search: SqlCallSearch
    records: SqlCallRecords
    transcripts: SqlCallTranscripts
    admissions: SqlAdmissions
    callbacks: SqlCallCallbacks
    state_dir: Path

    @classmethod
    def of(cls, database: Database, state_dir: Path) -> "CallArchive":
        return cls(
            SqlCallSearch(database),
            SqlCallRecords(database),
            SqlCallTranscripts(database),
            SqlAdmissions(database),
            SqlCallCallbacks(database),
            state_dir,
        )

    def recording(self, call: CallRecord, side: str) -> Path | None:
        """Its file, if it is there; a path on record that leads out of the spool leads nowhere."""
        recorded = {"caller": call.recording_caller, "agent": call.recording_agent}.get(side)
        if recorded is None:
            return None
        spool = (self.state_dir / SPOOL).resolve()
        path = (self.state_dir / recorded).resolve()
        return path if path.is_relative_to(spool) and path.is_file() else None
