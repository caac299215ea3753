"""What did calls leave behind in Asterisk, in Redis and on the disk, once all of them are over?"""

import base64
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from redis import Redis

from voicebot.after_call.sampling_capacity import LEASE_S as SAMPLER_LEASE_S
from voicebot.agents.capacity_watch import BELIEVED_FOR_S
from voicebot.capacity.slots import LEASE_S
from voicebot.shared_state.agent_directory import LEASE_MS
from voicebot.shared_state.call_events import LIFETIME_S
from voicebot.shared_state.listening import LEASE_MS as LISTENING_MS
from voicebot.shared_state.node_presence import NODE_LEASE_MS
from voicebot.stack.programs import STAGES
from voicebot.stack.stack import Stack
from workers.contract import KEY_LIFETIME_S, STAGE_LEASE_MS, USAGE_LIFETIME_S, WORKER_LEASE_S

SLOTS_MS = round(max(LEASE_S, BELIEVED_FOR_S) * 1_000)
_ESTABLISHED = "01"
_TAKEN = "unacked"  # Celery's: work that a worker has at hand
# Where a call may leave files, until retention deletes them.
_FOLDERS_OF_CALLS = ("asterisk/spool/monitor", "asterisk/spool/voicemail", "messages")
# Where files come and go that belong to no call.
_FOLDERS_OF_THE_STACK = (
    "asterisk/spool/announcements",
    "log",
    "redis",
    "supervisor",
    "asterisk/log",
    "asterisk/run",
)
_DATABASES = re.compile(r"(?:voicebot\.db|astdb\.sqlite3)(?:-wal|-shm|-journal)?")


@dataclass(frozen=True, slots=True)
class MayStay:
    """Keys that are there without any call, or for a while after one."""

    pattern: str
    why: str
    longest_ms: int | None = None  # to live; None: for ever, and bounded in number


MAY_STAY = (
    MayStay(r"agents", "the names of the agent processes"),
    MayStay(r"agent:[^:]+", "an agent's load", LEASE_MS),
    MayStay(r"capacity:sampler", "who samples how busy it is", SAMPLER_LEASE_S * 1_000),
    MayStay(r"nodes", "the names of the nodes"),
    MayStay(r"node:[^:]+", "a node's sign of life", NODE_LEASE_MS),
    MayStay(r"worker:[^:]+:.+", "a worker's lease", WORKER_LEASE_S * 1_000),
    MayStay(r"workers-known:[^:]+", "the names of a stage's workers", KEY_LIFETIME_S * 1_000),
    MayStay(r"workers:[^:]+", "the sign of life of a stage", STAGE_LEASE_MS),
    MayStay(r"replies:[^:]+", "one stream for each process that asks, trimmed as it is read"),
    MayStay(r"speech:.+", "speech that is never made twice, by its text"),
    MayStay(r"_kombu\.binding.+", "the names of the queues"),
    MayStay(r"llm:prefix", "what language models are warmed with"),
    MayStay(r"llm:model", "which language model answers"),
    MayStay(r"answers:.+", "what a model need not be asked twice, bounded"),
    MayStay(r"unacked_index", "when each work in `unacked` was taken"),
    MayStay(r"call-events(:.+)?", "for those who watch", LIFETIME_S * 1_000),
    MayStay(r"(listeners|heard-audio):.+", "for those who listen in", LISTENING_MS),
    MayStay(r"slots:(capacity|alive|grace)", "how many conversations can be held", SLOTS_MS),
    MayStay(r"capacity:(leader|views)", "who reckons that for all", SLOTS_MS),
    MayStay(r"degradation:agents", "how each agent does", SLOTS_MS),
    MayStay(r"degradation:changes", "the steps of late, trimmed as it is written"),
    MayStay(r"line-changes", "what lets the next caller in, trimmed as it is written"),
    MayStay(r"lines-known", "the names of the queues", 86_400_000),
    MayStay(r"line:.+:number", "one number for each queue"),
    MayStay(r"wait-facts", "what all agents learned of waits, trimmed as it is written"),
    MayStay(r"work:[^:]+:cancelled", "until no worker can find the work", KEY_LIFETIME_S * 1_000),
    MayStay(r"usage:[^:]+", "what workers spent on a call", USAGE_LIFETIME_S * 1_000),
)


def in_asterisk(stack: Stack) -> list[str]:
    """Channels, bridges and RTP sockets that exist right now."""
    settings = stack.settings
    credentials = (settings.ari_username, settings.ari_password.get_secret_value())
    found: list[str] = []
    for resource in ("channels", "bridges"):
        answer = httpx.get(f"{settings.ari_url}/ari/{resource}", auth=credentials, timeout=20)
        answer.raise_for_status()
        found += [f"{resource}: {one['id']}" for one in answer.json()]
    ports = range(settings.rtp_first_port, settings.rtp_last_port + 1)
    return found + [f"RTP socket: {port}" for port, _ in _sockets("udp") if port in ports]


def sockets_to_asterisk(stack: Stack) -> int:
    """Connections to its HTTP server: of each agent, of the guardian, and of each call's media."""
    port = stack.settings.http_port
    return sum(one == (port, _ESTABLISHED) for one in _sockets("tcp"))


def in_redis(stack: Stack) -> list[str]:
    """Keys that have no business to be there without a call."""
    with Redis.from_url(stack.settings.redis_url, decode_responses=True) as redis:
        keys = [
            f"Redis key: {key}{_holders(redis, key)}"
            for key in redis.scan_iter(count=1_000)
            if key not in (_TAKEN, *STAGES) and not any(_stays(redis, key, one) for one in MAY_STAY)
        ]
        # Agents have their sentences made into speech even when nobody calls.
        taken = [json.loads(one)[0] for one in redis.hvals(_TAKEN)]
        waiting = [json.loads(one) for stage in STAGES for one in redis.lrange(stage, 0, -1)]
        return keys + [
            f"work of {call_id}" for one in (*taken, *waiting) if (call_id := _call_of(one))
        ]


def _holders(redis: Redis, key: str) -> str:
    """Whose slots are held still."""
    return f" by {redis.zrange(key, 0, -1)}" if redis.type(key) == "zset" else ""


def _call_of(message: Mapping[str, Any]) -> str:
    """Whose work a message of Celery's carries, "" when it is nobody's."""
    arguments, *_ = json.loads(base64.b64decode(message["body"]))
    call_id: str = arguments[0]["call_id"]
    return call_id


def on_disk(stack: Stack, before: Collection[Path]) -> list[str]:
    """New files that are neither a recording, nor a message, nor the stack's own."""
    state_dir = stack.settings.state_dir
    allowed = (*_FOLDERS_OF_CALLS, *_FOLDERS_OF_THE_STACK)
    return [
        f"file: {file}"
        for file in sorted(files_of(stack) - set(before))
        if not file.is_relative_to(state_dir / "calls")  # the test caller's own recordings
        and not any(file.is_relative_to(state_dir / folder) for folder in allowed)
        and not _DATABASES.fullmatch(file.name)
    ]


def files_of(stack: Stack) -> set[Path]:
    return {path for path in stack.settings.state_dir.rglob("*") if path.is_file()}


def _stays(redis: Redis, key: str, kind: MayStay) -> bool:
    if not re.fullmatch(kind.pattern, key):
        return False
    if kind.longest_ms is None:
        return True
    lives_ms = redis.pttl(key)
    # -2: it has just gone.
    return lives_ms == -2 or 0 <= lives_ms <= kind.longest_ms


def _sockets(protocol: str) -> Iterator[tuple[int, str]]:
    """Local port and state of each socket of this machine (proc(5): net/tcp)."""
    for table in (protocol, f"{protocol}6"):
        yield from _rows(Path("/proc/net", table).read_text().splitlines()[1:])


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    for line in lines:
        _, local, _, state, *_ = line.split()
        yield int(local.rpartition(":")[2], 16), state
