"""Invents as many calls as a busy year has, inside PostgreSQL, for `voicebot bench search`.

Words come as often as in speech (the rank of a word drawn log-uniformly), sentences from a stock,
and each call has one number said that no other has.
"""

from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

WORDS: Final = 5_000
DIDS: Final = 40
_SENTENCES: Final = 200_000
_TURNS: Final = 4
_BEGINNINGS: Final = (*"bdfghjklmnprstvwz", "st", "br", "sch")
_MIDDLES: Final = ["a", "e", "i", "o", "u", "ei", "au", "ie"]
_ENDS: Final = ["n", "r", "s", "t", "l", "ch", "ng", "m", "ck", "nd"]

_MAKE_SENTENCES: Final = """
CREATE TEMP TABLE sentences AS
SELECT n AS number, (
  SELECT string_agg((:words)[1 + floor(power(:count, random()))::int % :count], ' ')
  FROM generate_series(1, 6 + n % 8)
) AS said
FROM generate_series(0, CAST(:sentences AS integer) - 1) AS n
"""
_MAKE_CALLS: Final = """
INSERT INTO calls (call_id, channel_id, caller_number, called_number, codec, business, agent,
  handled_by, started_at, ended_at, outcome, hangup_cause, is_stub, direction)
SELECT 'bench-' || n, 'bench-' || n, '+43660' || lpad((n::bigint * 7919 % 10000000)::text, 7, '0'),
  '+437208800' || lpad((n % CAST(:dids AS integer))::text, 2, '0'), 'ulaw', 'bench', 'node1-1',
  'agent',
  timestamptz '2026-01-01' + n * interval '30 seconds',
  timestamptz '2026-01-01' + n * interval '30 seconds' + interval '90 seconds',
  CASE WHEN n % 500 = 0 THEN 'failed' WHEN n % 7 = 0 THEN 'abandoned'
    WHEN n % 11 = 0 THEN 'transferred' ELSE 'resolved' END, 16, false, 'inbound'
FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS n
"""
_MAKE_TURNS: Final = """
INSERT INTO turns (call_id, number, heard, said, said_heard, was_interrupted, source, started_at,
  total_ms)
SELECT 'bench-' || n, turn,
  heard.said || CASE turn WHEN 2 THEN ' ticket ' || n + 10000000 ELSE '' END,
  answer.said, answer.said, false, 'model',
  timestamptz '2026-01-01' + n * interval '30 seconds' + turn * interval '10 seconds',
  400 + (n::bigint * 31 + turn * 7) % 500
    + CASE WHEN (n::bigint * 31 + turn) % 5003 = 0 THEN 3000 ELSE 0 END
FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS n
CROSS JOIN generate_series(0, CAST(:turns AS integer) - 1) AS turn
JOIN sentences AS heard
  ON heard.number = (n::bigint * 104729 + turn * 15485863) % CAST(:sentences AS integer)
JOIN sentences AS answer
  ON answer.number = (n::bigint * 49979687 + turn * 32452843) % CAST(:sentences AS integer)
"""


def words() -> list[str]:
    """By how often they are said, the most frequent first."""
    syllables = [a + b + c for a in _BEGINNINGS for b in _MIDDLES for c in _ENDS]
    count = len(syllables)
    # By primes: words that are close in frequency have nothing in common.
    return [
        syllables[number * 769 % count] + syllables[(number * 1_303 + number // count) % count]
        for number in range(WORDS)
    ]


async def invent_sentences(connection: AsyncConnection) -> None:
    await connection.execute(text("SELECT setseed(0.5)"))
    listed = "ARRAY[" + ",".join(f"'{word}'" for word in words()) + "]"
    statement = _MAKE_SENTENCES.replace("(:words)", f"({listed})").replace(":count", str(WORDS))
    await connection.execute(text(statement), {"sentences": _SENTENCES})
    await connection.execute(text("CREATE UNIQUE INDEX ON sentences (number)"))
    await connection.execute(text("ANALYZE sentences"))


async def invent_calls(connection: AsyncConnection, first: int, last: int) -> None:
    """Those with these numbers, both included."""
    bounds: dict[str, Any] = {"first": first, "last": last}
    await connection.execute(text(_MAKE_CALLS), bounds | {"dids": DIDS})
    await connection.execute(text(_MAKE_TURNS), bounds | {"turns": _TURNS, "sentences": _SENTENCES})
