"""Lines as Asterisk writes them, for tests."""

from datetime import datetime, timedelta

from tests.fakes.sample_calls import NOON
from voicebot.store.asterisk_cdr import COLUMNS, LATER_COLUMNS


def quoted(*columns: str) -> str:
    return ",".join('"' + column.replace('"', '""') + '"' for column in columns)


def cdr_line(
    call_id: str = "node1-1.1",
    *,
    ended_at: datetime = NOON,
    lasted_s: float = 30.0,
    **columns: str,
) -> str:
    start = ended_at - timedelta(seconds=lasted_s)
    values = {
        "uniqueid": call_id,
        "linkedid": columns.get("uniqueid", call_id),
        "channel": "PJSIP/trunk-00000001",
        "caller_number": "+15550100",
        "did": "100",
        "start": f"{start.timestamp():.6f}",
        "answer": "0.000000",
        "end": f"{ended_at.timestamp():.6f}",
        "disposition": "ANSWERED",
        "hangup_cause": "16",
        "handled_by": "dialplan",
        "voicemail": "",
        "voicemail_s": "",
        "codec": "ulaw",
        **columns,
    }
    if "direction" in columns:
        values.setdefault("operator", "")
    width = [*COLUMNS, *(name for name in LATER_COLUMNS if name in values)]
    return quoted(*(values[name] for name in width))
