"""Asterisk's CDR file, read by column name."""

import csv

from tests.polling import until
from tests.telephony.fallback.node import Node

COLUMNS = (
    "uniqueid",
    "linkedid",
    "channel",
    "caller_number",
    "did",
    "start",
    "answer",
    "end",
    "disposition",
    "hangup_cause",
    "handled_by",
    "voicemail",
    "voicemail_s",
    "codec",
    "operator",
    "direction",
)


def lines(node: Node) -> list[dict[str, str]]:
    """All lines written so far."""
    if not node.cdr_file.exists():
        return []
    with node.cdr_file.open(newline="") as file:
        return [dict(zip(COLUMNS, row, strict=True)) for row in csv.reader(file)]


def line_of(node: Node, caller: str) -> dict[str, str]:
    """The one line of the caller's call, which is over."""
    found = until(
        lambda: [line for line in lines(node) if line["caller_number"] == caller],
        "the call's CDR line",
    )
    assert len(found) == 1
    return found[0]
