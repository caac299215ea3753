"""How is what is on record shown on a terminal, and told to programs?"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from rich.markup import escape

from voicebot.settings import Settings
from voicebot.store.engine import Database


@asynccontextmanager
async def database_of(settings: Settings) -> AsyncIterator[Database]:
    """The stack's database, for as long as the block lasts."""
    database = Database.open(settings.resolved_database_url)
    try:
        yield database
    finally:
        await database.close()


def as_json_text(values: Any) -> str:
    """Times in ISO 8601."""
    return json.dumps(values, indent=2, ensure_ascii=False, default=_iso)


def plain(text: str) -> str:
    """Text as it is: strangers send numbers, and no terminal should obey them."""
    return escape("".join(sign if sign.isprintable() else "\ufffd" for sign in text))


def local(at: datetime) -> str:
    """In this machine's time zone."""
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")
