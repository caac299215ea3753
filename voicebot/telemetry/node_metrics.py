"""How are the Asterisk node, its trunks and what is done beside the calls?"""

from pathlib import Path
from shutil import disk_usage
from time import time

from prometheus_client import CollectorRegistry, Counter, Gauge

from voicebot.telemetry.metrics import METRICS


class NodeMetrics:
    """Of one process: the guardian or the keeper of records."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._freed = Counter(
            "voicebot_guardian_freed",
            "Channels that no agent drove any more, by what was done for them.",
            ["remedy"],
            registry=registry,
        )
        self._sees = Gauge(
            "voicebot_guardian_sees",
            "Whether the guardian's last look at Asterisk was answered.",
            registry=registry,
        )
        self._up = Gauge(
            "voicebot_part_up",
            "Whether a part is up that calls need: a trunk, a node's Asterisk.",
            ["part", "name"],
            registry=registry,
        )
        self._rounds = Counter(
            "voicebot_chores",
            "Rounds of what is done again and again.",
            ["chore", "result"],
            registry=registry,
        )
        self._last_done = Gauge(
            "voicebot_chore_done_timestamp_seconds",
            "When a chore was last done.",
            ["chore"],
            registry=registry,
        )
        self._callbacks = Counter(
            "voicebot_callbacks_moved",
            "Callbacks that changed their state, by what moved them.",
            ["state", "why"],
            registry=registry,
        )
        self._free = Gauge(
            "voicebot_disk_free_bytes", "Free where recordings and logs lie.", registry=registry
        )
        self._size = Gauge(
            "voicebot_disk_size_bytes", "The size of that file system.", registry=registry
        )

        self._late = Gauge(
            "voicebot_callbacks_late",
            "Callbacks due for five minutes or more that nobody sees to.",
            registry=registry,
        )
        self._queues = Gauge(
            "voicebot_queue_length",
            "Work at Redis that no worker has taken.",
            ["queue"],
            registry=registry,
        )

    def late_callbacks(self, count: int) -> None:
        self._late.set(count)

    def queue_is(self, queue: str, length: int) -> None:
        self._queues.labels(queue).set(length)

    def freed(self, remedy: str) -> None:
        self._freed.labels(remedy).inc()

    def sees(self, *, is_seeing: bool) -> None:
        self._sees.set(is_seeing)

    def part_is(self, part: str, name: str, *, is_up: bool) -> None:
        self._up.labels(part, name).set(is_up)

    def chore_over(self, chore: str, *, is_done: bool) -> None:
        self._rounds.labels(chore, "done" if is_done else "failed").inc()
        if is_done:
            self._last_done.labels(chore).set(time())

    def callback_moved(self, state: str, why: str) -> None:
        self._callbacks.labels(state, why).inc()

    def follow_disk(self, directory: Path) -> None:
        """Looked at whenever somebody wants to know."""
        self._free.set_function(lambda: disk_usage(directory).free)
        self._size.set_function(lambda: disk_usage(directory).total)


# Of this process.
NODE = NodeMetrics(METRICS.registry)
