"""How is a piece of work handed to Celery without holding up the event loop?

Celery's client blocks, so one thread does the publishing, in order. It is warmed
at the start: the first message would otherwise cost the caller 60 ms.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

from voicebot.errors import SharedStateError
from workers.contract import TASKS, Stage, Work, queues_of

CONNECT_S = 2.0
RETRIES = {"max_retries": 2, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2}


class CeleryBroker:
    """Publishes work by the name of its stage's task."""

    def __init__(self, redis_url: str) -> None:
        self._celery = Celery("voicebot", broker=redis_url, set_as_current=False)
        self._celery.conf.update(
            task_serializer="json",
            accept_content=["json"],
            task_ignore_result=True,
            broker_connection_timeout=CONNECT_S,
            broker_transport_options={
                "socket_timeout": CONNECT_S,
                "socket_connect_timeout": CONNECT_S,
            },
        )
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="broker")

    async def warm_up(self) -> None:
        """Connects; raises SharedStateError when the broker does not answer."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._connect)
        except (OperationalError, OSError) as error:
            raise SharedStateError(f"the broker is not reached: {type(error).__name__}") from error

    async def publish(self, stage: Stage, work: Work, queue: str) -> None:
        """Raises SharedStateError. Cancelling the wait does not recall the message."""
        try:
            await asyncio.get_running_loop().run_in_executor(
                self._thread, self._send, stage, work, queue
            )
        except (OperationalError, OSError) as error:
            raise SharedStateError(f"work not published: {type(error).__name__}") from error

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._celery.close)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _connect(self) -> None:
        with self._celery.producer_pool.acquire(block=True) as producer:
            producer.connection.ensure_connection(max_retries=1, timeout=CONNECT_S)
            for queue in (queue for stage in Stage for queue in queues_of(stage)):
                producer.maybe_declare(self._celery.amqp.queues[queue])

    def _send(self, stage: Stage, work: Work, queue: str) -> None:
        message: dict[str, Any] = work.to_dict()
        self._celery.send_task(
            TASKS[stage],
            args=[message],
            queue=queue,
            ignore_result=True,
            headers={"sent_at_s": time.time()},
            # Celery would copy what was said into a header, for monitors to show.
            argsrepr="",
            kwargsrepr="",
            retry=True,
            retry_policy=RETRIES,
        )
