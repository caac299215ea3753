"""Events and commands as JSON, so that a step of a call can be played in another process."""

import json
from typing import Any, get_args

from pydantic import TypeAdapter

from voicebot.calls import commands as do
from voicebot.calls import events as on

_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind) for kind in (*get_args(on.CallEvent), *get_args(do.Command))
}


def dump(value: on.CallEvent | do.Command) -> str:
    name = type(value).__name__
    return json.dumps([name, _ADAPTERS[name].dump_python(value, mode="json")])


def load_event(text: str) -> on.CallEvent:
    name, fields = json.loads(text)
    event: on.CallEvent = _ADAPTERS[name].validate_python(fields)
    return event
