"""What may stand in a cell of a table that a spreadsheet opens?

Pure. A cell that begins like a formula would be run by it, and callers choose what is in theirs:
such a cell begins with an apostrophe instead (OWASP, CSV injection).
"""

import csv
import io
from collections.abc import Sequence
from typing import Final

_BEGIN_FORMULAS: Final = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)


def cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_BEGIN_FORMULAS) else text


def csv_line(values: Sequence[object]) -> str:
    """With CR LF (RFC 4180)."""
    line = io.StringIO()
    csv.writer(line).writerow([cell(value) for value in values])
    return line.getvalue()
