"""How does a process say what it does?

One JSON object a line on standard output: an event name and fields. What callers
say, their numbers and digits may only stand in fields named `private_…`, and those
are dropped here unless somebody asks for them.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

PRIVATE_PREFIX = "private_"

Log = structlog.typing.FilteringBoundLogger


def configure_logs(
    level: str, *, process: str, with_private: bool = False, stream: TextIO | None = None
) -> None:
    """Once, at the start of a process. `stream`: in place of standard output."""
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    if not with_private:
        processors.append(_drop_private)
    processors.append(structlog.processors.JSONRenderer(ensure_ascii=False))
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout if stream is None else stream),
    )
    structlog.contextvars.bind_contextvars(process=process)


def log_of(name: str) -> Log:
    """The logger of a module."""
    log: Log = structlog.get_logger(module=name)
    return log


def _drop_private(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {name: value for name, value in event.items() if not name.startswith(PRIVATE_PREFIX)}
