"""What did one check of the doctor find, and what is to be done about it?"""

from dataclasses import dataclass

SETUP = "run `make setup`"
UP = "run `voicebot up`"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the installation, as it was found."""

    name: str
    is_ok: bool
    detail: str
    remedy: str = ""


def healthy(name: str, detail: str) -> Finding:
    return Finding(name, is_ok=True, detail=detail)


def faulty(name: str, detail: str, remedy: str) -> Finding:
    return Finding(name, is_ok=False, detail=detail, remedy=remedy)
