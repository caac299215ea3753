"""The HTTP API: what programs may ask, each for an account and within the scopes of its token.

One table says what there is; the description (OpenAPI) and the routes are made of it.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from starlette.routing import BaseRoute, Route

from voicebot.panel import (
    api_business,
    api_callbacks,
    api_calls,
    api_floor,
    api_floor_stream,
    api_operation,
)
from voicebot.panel.api_operation import ROOT, answer

OPERATIONS: Final[Sequence[api_operation.Operation]] = (
    *api_floor.OPERATIONS,
    *api_calls.OPERATIONS,
    *api_callbacks.OPERATIONS,
    *api_business.OPERATIONS,
)


def routes() -> Sequence[BaseRoute]:
    return [
        Route(f"{ROOT}{api_floor_stream.PATH}", api_floor_stream.stream),
        *_operations(),
    ]


def _operations() -> Sequence[BaseRoute]:
    return [
        Route(f"{ROOT}{one.path}", partial(answer, one), methods=[one.method], name=one.name)
        for one in OPERATIONS
    ]
