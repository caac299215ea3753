"""`python -m workers stt|llm|tts`: one worker process of one stage."""

import argparse
import logging
import os
import sys
from collections.abc import MutableMapping, Sequence
from functools import partial
from typing import Any

import structlog

from workers.contract import POOLS, Stage
from workers.errors import EngineMissing, SettingsInvalid
from workers.exit_codes import explained
from workers.settings import WorkerSettings


def configure_logs(level: str, process: str) -> None:
    """Event lines on stderr, as agents write theirs; Celery speaks up only when something is wrong.

    `call_id` is bound by whoever takes a piece of work.
    """
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            partial(_name, process),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def _name(
    process: str, _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """In every thread, which a bound variable would not be."""
    return {**event, "process": process, "module": "workers"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the worker; the exit code tells a supervisor what went wrong."""
    parser = argparse.ArgumentParser(prog="workers", description=__doc__)
    parser.add_argument("stage", choices=[stage.value for stage in Stage])
    parser.add_argument("--concurrency", type=int, default=None, metavar="N")
    parser.add_argument(
        "--pool", action="append", default=[], help="work for this pool alone, by its own settings"
    )
    parser.add_argument("--metrics-port", type=int, default=0, help="0: Prometheus has none")
    chosen = parser.parse_args(arguments)
    stage, pools = Stage(chosen.stage), tuple(chosen.pool)
    if strange := sorted(set(pools) - set(POOLS[stage])):
        parser.error(f"{stage} has no pool {', '.join(strange)}; it has {', '.join(POOLS[stage])}")
    try:
        settings = WorkerSettings.load().for_pools(pools)
    except SettingsInvalid as error:
        return explained(error)
    configure_logs(settings.log_level, f"worker-{'+'.join(pools) or stage.value}")
    # Features of an utterance are too little work for a second thread: it would take as much again
    # to wait for it. Read when numpy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Only now: engines pull in much, and a wrong setting should be told at once.
    from workers.service import serve

    try:
        return serve(stage, settings, chosen.concurrency, pools, chosen.metrics_port)
    except (SettingsInvalid, EngineMissing) as error:
        return explained(error)


if __name__ == "__main__":
    sys.exit(main())
