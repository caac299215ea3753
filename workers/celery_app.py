"""How does work reach a worker over Celery?

One queue per stage, named as the stage, and one per pool. JSON only. A message is acknowledged
when it is done and none is fetched ahead, so that an idle worker never waits
behind a busy one's backlog; a message that a killed worker leaves behind comes
back after the visibility timeout, long expired, and is dropped. Results go over
streams, never through a result backend.
"""

import warnings
from collections.abc import Sequence
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning

from workers.contract import KEY_LIFETIME_S, Stage

SOFT_SHUTDOWN_S = 3.0


def create_app(redis_url: str, stage: Stage) -> Celery:
    """The Celery application of one stage's worker, without tasks yet."""
    app = Celery("workers", broker=redis_url, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        result_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_default_queue=stage.value,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        # Without it a thread pool reserves as many messages again as it has threads.
        worker_disable_prefetch=True,
        worker_pool="threads",
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_soft_shutdown_timeout=SOFT_SHUTDOWN_S,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"visibility_timeout": KEY_LIFETIME_S},
        task_store_errors_even_if_ignored=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
    )
    return app


def run_worker(
    app: Celery, name: str, stage: Stage, concurrency: int, queues: Sequence[str]
) -> int:
    """Serves these queues until told to stop; returns the exit code."""
    # Celery fears pickled messages when it runs as root; we accept nothing but JSON.
    warnings.simplefilter("ignore", SecurityWarning)
    worker: Any = app.Worker(
        hostname=f"{stage.value}@{name}",
        queues=list(queues),
        pool_cls="threads",
        concurrency=concurrency,
        loglevel="WARNING",
        quiet=True,
        # Nobody listens to these: leases tell who is alive.
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
    )
    worker.start()
    return int(worker.exitcode or 0)
