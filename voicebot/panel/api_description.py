"""How is the HTTP API described to programs and to people? (OpenAPI 3.1)"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from voicebot.panel import api_floor_stream
from voicebot.panel.api import OPERATIONS
from voicebot.panel.api_access import Scope
from voicebot.panel.api_callbacks import IDEMPOTENCY_KEY, LONGEST_KEY
from voicebot.panel.api_content import Problem
from voicebot.panel.api_operation import PROBLEM_TYPE, ROOT, Operation
from voicebot.panel.services import services_of

VERSION: Final = "1.0"
# Whatever is asked, with whatever token.
_ALWAYS: Final = (401, 403, 429, 503)
_SCHEMAS: Final = "#/components/schemas/{model}"


async def description(request: Request) -> Response:
    """For everybody: it tells nothing that this text does not."""
    return JSONResponse(described(services_of(request).address.prefix))


def described(prefix: str) -> Mapping[str, Any]:
    models = {one for op in OPERATIONS for one in (op.takes, op.gives) if one is not None}
    ordered: Sequence[type[BaseModel]] = [
        Problem,
        *sorted(models, key=lambda model: model.__name__),
    ]
    _, schemas = models_json_schema(
        [(model, "serialization") for model in ordered], ref_template=_SCHEMAS
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        path = paths.setdefault(f"{ROOT}{operation.path}", {})
        path[operation.method.lower()] = _operation(operation)
    paths[f"{ROOT}{api_floor_stream.PATH}"] = {"get": api_floor_stream.DESCRIBED}
    return {
        "openapi": "3.1.0",
        "info": {"title": "voicebot", "version": VERSION},
        "servers": [{"url": prefix or "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": [scope.value for scope in Scope]}],
    }


def _operation(operation: Operation) -> Mapping[str, Any]:
    answer: dict[str, Any] = {"description": operation.summary}
    if operation.gives is not None:
        answer["content"] = {"application/json": {"schema": _ref(operation.gives)}}
    statuses = sorted({*_ALWAYS, *operation.problems})
    shown: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "security": [{"token": [operation.scope.value]}],
        "parameters": _parameters(operation),
        "responses": {
            str(operation.status): answer,
            **{
                str(status): {
                    "description": "A problem",
                    "content": {PROBLEM_TYPE: {"schema": _ref(Problem)}},
                }
                for status in statuses
            },
        },
    }
    if operation.takes is not None:
        body = {"application/json": {"schema": _ref(operation.takes)}}
        shown["requestBody"] = {"required": True, "content": body}
    return shown


def _parameters(operation: Operation) -> Sequence[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", operation.path)
    ]
    found += [
        {"name": name, "in": "query", "schema": schema} for name, schema in operation.query.items()
    ]
    if operation.is_idempotent_by_key:
        found.append(
            {
                "name": IDEMPOTENCY_KEY,
                "in": "header",
                "description": "Sent again with the same key, it is one callback.",
                "schema": {"type": "string", "maxLength": LONGEST_KEY},
            }
        )
    return found


def _ref(model: type[BaseModel]) -> Mapping[str, str]:
    return {"$ref": _SCHEMAS.format(model=model.__name__)}
