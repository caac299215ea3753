"""Is every call of one Asterisk over, and on record in one whole line?

For an Asterisk without agents of ours: those of a whole stack are watched by `accounting`.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import select

from tests.asterisk_node import AsteriskNode
from tests.polling import until
from voicebot.calls.model import CallRecord
from voicebot.settings import Settings
from voicebot.store.asterisk_cdr import Skip, read_line
from voicebot.store.engine import Database
from voicebot.store.tables import calls

# An agent or a caller of a test's may still be letting go of its call.
SETTLING_LIMIT_S = 20.0


def settle(node: AsteriskNode, settings: Settings, cdr_file: Path) -> None:
    """Waits until nothing is left of any call and each is on record; fails with what is not so."""
    until(
        lambda: not faults(node, settings, cdr_file),
        lambda: "\n".join(["all is settled:", *faults(node, settings, cdr_file)]),
        SETTLING_LIMIT_S,
    )


def faults(node: AsteriskNode, settings: Settings, cdr_file: Path) -> list[str]:
    """What is wrong right now; while calls are under way, that is no wonder."""
    return [
        *(f"channel: {line}" for line in node.console("core show channels concise").splitlines()),
        *(f"bridge: {line}" for line in node.console("bridge show all").splitlines()[1:]),
        *(f"RTP socket: {port}" for port in _rtp_sockets(node.process.pid, settings)),
        *_of_records(_lines(cdr_file)),
    ]


def not_on_record(settings: Settings, cdr_file: Path) -> list[str]:
    """Calls that only one of the two knows: Asterisk's CDR file or the database."""

    async def kept() -> set[str]:
        database = Database.open(settings.resolved_database_url)
        try:
            async with database.reading("look for calls") as connection:
                return set((await connection.execute(select(calls.c.call_id))).scalars())
        finally:
            await database.close()

    return sorted(asyncio.run(kept()) ^ {call.facts.call_id for call in _calls(_lines(cdr_file))})


def _rtp_sockets(pid: int, settings: Settings) -> Iterator[int]:
    """Of its own network namespace (proc(5): net/udp)."""
    ports = range(settings.rtp_first_port, settings.rtp_last_port + 1)
    for table in ("udp", "udp6"):
        for row in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            port = int(row.split()[1].rpartition(":")[2], 16)
            if port in ports:
                yield port


def _lines(cdr_file: Path) -> Sequence[str]:
    return cdr_file.read_text(errors="replace").splitlines() if cdr_file.exists() else []


def _calls(lines: Sequence[str]) -> list[CallRecord]:
    stubs = map(read_line, lines)
    return [stub for stub in stubs if isinstance(stub, CallRecord)]


def _of_records(lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if read_line(line) is Skip.MALFORMED:
            yield f"CDR line {number} is malformed"
    for call_id, count in Counter(call.facts.call_id for call in _calls(lines)).items():
        if count > 1:
            yield f"{call_id}: {count} CDR lines"
    for call in _calls(lines):
        answered_at = call.started_at if call.answered_at is None else call.answered_at
        if not call.started_at <= answered_at <= call.ended_at:
            yield f"{call.facts.call_id}: its times are in disorder"
        if call.hangup_cause <= 0:
            yield f"{call.facts.call_id}: has no cause"
