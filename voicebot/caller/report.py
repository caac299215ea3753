"""What is reported of a call: values, their JSON and their table."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rich.table import Table

from voicebot.caller.call import PacketCounts
from voicebot.caller.measurement import MeasuredTurn


@dataclass(frozen=True, slots=True)
class SetUpTimes:
    """From sending the INVITE, in ms. None: it did not happen."""

    ringing_ms: int | None
    answered_ms: int | None  # 200 OK received
    first_packet_ms: int | None  # first RTP packet seen, looked for every 10 ms
    greeting_ms: int | None  # first sound of the greeting, found in the recording


@dataclass(frozen=True, slots=True)
class CallReport:
    """All that one call told its caller."""

    number: str
    server: str
    caller: str
    placed_at: datetime
    is_held: bool  # it was answered and ended normally
    sip_status: int
    sip_reason: str
    failure: str | None  # why it was not held, for people
    hung_up_by: str | None  # caller, agent
    ended_ms: int | None  # after the INVITE
    duration_ms: int  # of the recordings: less, where a busy machine lost some of the sound
    set_up: SetUpTimes
    # Where INVITE and 200 OK lie on the recordings' clock: negative, before their first sample.
    invite_offset_ms: int | None
    turns: tuple[MeasuredTurn, ...]
    rtp: PacketCounts
    record_dir: str
    answer_files: tuple[str | None, ...]  # one per turn, below record_dir

    def to_json(self) -> dict[str, Any]:
        """Plain values; every length in ms."""
        report = asdict(self)
        report["placed_at"] = self.placed_at.isoformat()
        return report


def turns_table(report: CallReport) -> Table:
    """The call as a table to read: a line for each turn."""
    table = Table(title=f"{report.number} at {report.server}")
    for heading in ("turn", "caller said", "answer after", "answer lasts", "dead air", "remarks"):
        is_text = heading in ("caller said", "remarks")
        table.add_column(heading, justify="left" if is_text else "right")
    for turn in report.turns:
        table.add_row(
            str(turn.number),
            turn.said or "(greeting)",
            _ms(turn.voice_to_voice_ms),
            _ms(None if turn.answer is None else turn.answer.length_ms),
            _ms(turn.dead_air_ms),
            _remarks(turn),
        )
    return table


def summary_line(report: CallReport) -> str:
    """How the call went, in one line."""
    if not report.is_held:
        return f"not held: {report.failure}"
    times = report.set_up
    return (
        f"answered after {_ms(times.answered_ms)}, first packet {_ms(times.first_packet_ms)}, "
        f"greeting {_ms(times.greeting_ms)}; {report.hung_up_by} hung up after "
        f"{report.duration_ms / 1000:.1f} s; "
        f"{report.rtp.received} packets, {report.rtp.lost} lost; "
        f"recordings in {report.record_dir}"
    )


def _ms(value: int | None) -> str:
    return "-" if value is None else f"{value} ms"


def _remarks(turn: MeasuredTurn) -> str:
    remarks = []
    if turn.answer is None:
        remarks.append("nothing heard")
    if turn.barge_in_ms is not None:
        remarks.append(f"interrupted: silent after {turn.barge_in_ms} ms")
    if turn.gaps:
        longest_ms = max(gap.length_ms for gap in turn.gaps)
        remarks.append(f"{len(turn.gaps)} gaps up to {longest_ms} ms")
    return ", ".join(remarks)
