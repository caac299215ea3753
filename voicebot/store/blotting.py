"""What is made unreadable in files to which other programs still append?

Pure. Nothing moves: whatever is blotted out is as long as it was, so that a program which
appends meanwhile, and whoever remembers how far it has read, notice nothing.
"""

import json
import re
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

import phonenumbers

# With fewer digits too much else would look like a number.
LEAST_DIGITS = 7
# As our logs name what is private.
PRIVATE = "private_"
_BETWEEN = r"[ ()./-]{0,2}"
_DIGIT = re.compile(rb"[0-9]")
_ANY_NUMBER = re.compile(rb"(?<![0-9A-Za-z.:-])\+?[0-9]{7,15}(?![0-9A-Za-z.:-])")
# Its first columns: ids, channel, number, DID, start in seconds since the epoch.
_CDR = re.compile(
    rb'(?:"[^"]*",){3}"(?P<number>[^"]*)","[^"]*","(?P<start>[0-9]{1,15}(?:[.][0-9]*)?)"'
)

Blot = Callable[[bytes], bytes]


def number_blot(number: str) -> Blot:
    """Of one number in E.164, however it is written: with its country code, or without.

    Raises ValueError for what is no such number.
    """
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException as error:
        raise ValueError("write the number with its country code: +1 202 555 0123") from error
    national = phonenumbers.national_significant_number(parsed)
    if len(national) < LEAST_DIGITS:
        raise ValueError(f"the number has fewer than {LEAST_DIGITS} digits behind its country code")
    written = _BETWEEN.join(national)
    code = rf"(?:\+?(?:00)?{parsed.country_code}{_BETWEEN})?0?"
    pattern = re.compile(rf"(?<![0-9]){code}{written}(?![0-9])".encode())
    return lambda line: pattern.sub(_digits_blotted, line)


def words_blot(call_ids: Collection[str]) -> Blot:
    """Of our own logs: what is private in the lines about these calls."""

    def blot(line: bytes) -> bytes:
        entry = _entry(line)
        return line if entry.get("call_id") not in call_ids else _private_blotted(line, entry)

    return blot


def log_blot(before: datetime) -> Blot:
    """Of our own logs: what is private and was written before."""

    def blot(line: bytes) -> bytes:
        entry = _entry(line)
        try:
            written_at = datetime.fromisoformat(str(entry.get("timestamp")))
        except ValueError:
            return line
        return _private_blotted(line, entry) if written_at < before else line

    return blot


def asterisk_log_blot(before: datetime) -> Blot:
    """Of Asterisk's log (`[2026-11-23 17:35:03.127] …`, in UTC): numbers written before."""

    def blot(line: bytes) -> bytes:
        stamp, bracket, rest = line.partition(b"]")
        try:
            written_at = datetime.fromisoformat(f"{stamp.decode().removeprefix('[')}+00:00")
        except ValueError:
            return line
        if written_at >= before:
            return line
        return stamp + bracket + _ANY_NUMBER.sub(_digits_blotted, rest)

    return blot


def cdr_blot(before: datetime) -> Blot:
    """Of Asterisk's CDR file: callers' numbers of calls that began before."""

    def blot(line: bytes) -> bytes:
        found = _CDR.match(line)
        if found is None or float(found["start"]) >= before.timestamp():
            return line
        begin, end = found.span("number")
        return line[:begin] + _DIGIT.sub(b"x", line[begin:end]) + line[end:]

    return blot


def _digits_blotted(found: "re.Match[bytes]") -> bytes:
    return _DIGIT.sub(b"x", found[0])


def _entry(line: bytes) -> dict[str, Any]:
    """A line that is no entry has nothing of ours."""
    if not line.startswith(b"{"):
        return {}
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _private_blotted(line: bytes, entry: dict[str, Any]) -> bytes:
    for name, value in entry.items():
        if name.startswith(PRIVATE):
            # As it stands there, in whichever way it was escaped.
            for text in {json.dumps(value), json.dumps(value, ensure_ascii=False)}:
                written = f'"{name}": {text}'.encode()
                blotted = f'"{name}": '.encode() + _value_blotted(text.encode())
                line = line.replace(written, blotted)
    return line


def _value_blotted(written: bytes) -> bytes:
    """JSON stays JSON: a text becomes as many x, anything else a text or nothing."""
    if len(written) < 2:
        return b"0" * len(written)
    return b'"' + b"x" * (len(written) - 2) + b'"'
