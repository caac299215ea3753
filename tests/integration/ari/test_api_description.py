"""Are our operations those of the Asterisk that we run on?

Its root directory brings the description of the API that it serves.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from voicebot.ari.channels import Channels
from voicebot.ari.decode import DECODERS
from voicebot.ari.requests import EVENTS_EVENT_WEBSOCKET, OPERATIONS, Operation
from voicebot.ari.resources import Applications, Asterisk, Bridges, Events, Playbacks

RESOURCES = {
    "applications": Applications,
    "asterisk": Asterisk,
    "bridges": Bridges,
    "channels": Channels,
    "events": Events,
    "playbacks": Playbacks,
}


def described(asterisk_root: Path, resource: str) -> Any:
    return json.loads((asterisk_root / f"usr/share/asterisk/rest-api/{resource}.json").read_text())


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_operation_is_as_asterisk_describes_it(
    operation: Operation, asterisk_root: Path
) -> None:
    resource, nickname = operation.name.split(".")
    candidates = [
        (api["path"], each)
        for api in described(asterisk_root, resource)["apis"]
        for each in api["operations"]
        if each["nickname"] == nickname
    ]
    ((path, description),) = candidates
    parameters = description.get("parameters", [])
    in_path = {each["name"] for each in parameters if each["paramType"] == "path"}
    in_query = {each["name"] for each in parameters if each["paramType"] == "query"}
    required = {each["name"] for each in parameters if each.get("required")}
    assert (operation.method, operation.path) == (description["httpMethod"], path)
    assert operation.path_parameters == in_path
    assert operation.query <= in_query
    assert required <= operation.query | operation.path_parameters


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_method_of_the_client_is_named_as_asterisk_names_the_operation(
    operation: Operation,
) -> None:
    resource, nickname = operation.name.split(".")
    snake_case = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", nickname).lower()
    name = "__call__" if operation is EVENTS_EVENT_WEBSOCKET else snake_case
    assert callable(getattr(RESOURCES[resource], name))


@pytest.mark.parametrize("event_type", sorted(DECODERS))
def test_an_event_that_we_read_is_one_that_asterisk_sends(
    event_type: str, asterisk_root: Path
) -> None:
    models = described(asterisk_root, "events")["models"]
    assert event_type in models["Event"]["subTypes"]
