"""A real worker in a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from redis import Redis

from tests.integration.shared_state.redis_server import RedisServer
from tests.polling import until
from workers.contract import Stage, queue_key, worker_key

READY_WITHIN_S = 90.0
STOPPED_WITHIN_S = 20.0


class WorkerProcess:
    """One stage's worker on the test's own Redis."""

    def __init__(
        self,
        stage: Stage,
        server: RedisServer,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        pool: str = "",
    ) -> None:
        self.stage = stage
        self._server = server
        self._log = folder / f"{pool or stage.value}.log"
        self._queue = pool or stage.value
        environment = {k: v for k, v in os.environ.items() if not k.startswith("VOICEBOT_")}
        environment |= {
            "VOICEBOT_STATE_DIR": str(folder),
            "VOICEBOT_REDIS_ADDRESS": f"127.0.0.1:{server.port}",
            **{f"VOICEBOT_{one.name}_CONVERSATIONS": "4" for one in Stage},
            **(settings or {}),
        }
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workers", stage.value, *(("--pool", pool) if pool else ())],
                env=environment,
                stdout=log,
                stderr=log,
            )

    @property
    def said(self) -> str:
        """Everything it has printed."""
        return self._log.read_text()

    def wait_ready(self) -> None:
        with Redis.from_url(self._server.url) as redis:

            def has_lease() -> bool:
                assert self._process.poll() is None, self.said
                is_served = redis.exists(queue_key(self._queue))
                return bool(is_served and list(redis.scan_iter(worker_key(self.stage, "*"))))

            until(has_lease, lambda: self.said, READY_WITHIN_S)

    def exit_code(self) -> int:
        """Waits for its end."""
        return self._process.wait(timeout=READY_WITHIN_S)

    def kill(self) -> None:
        """As if its machine had lost power."""
        self._process.kill()
        self._process.wait(timeout=STOPPED_WITHIN_S)

    def stop(self) -> int:
        """As a supervisor stops it."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(timeout=STOPPED_WITHIN_S)
        finally:
            self._process.kill()


@contextmanager
def worker_process(
    stage: Stage,
    server: RedisServer,
    folder: Path,
    settings: Mapping[str, str] | None = None,
    pool: str = "",
) -> Iterator[WorkerProcess]:
    process = WorkerProcess(stage, server, folder, settings, pool)
    try:
        yield process
    finally:
        process.stop()
