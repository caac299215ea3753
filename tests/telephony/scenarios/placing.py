"""Plays one scenario against a node: SIPp for the SIP, `caller_media` for the audio."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.stack_fixture import free_ports
from tests.telephony import sipp
from tests.telephony.fallback.node import Node
from tests.telephony.scenarios import scenario_files
from tests.telephony.scenarios.caller_media import CallerMedia
from tests.telephony.scenarios.expectations import Scenario

CALL_LIMIT_S = 60
# What is unexpected is passed over; what is expected must still come, in its order.
_REPEATS = ("-nr", "-default_behaviors", "-abortunexp")


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of a scenario on the caller's side."""

    is_as_expected: bool
    messages: str  # the whole SIP dialogue, and what SIPp had to complain of
    heard: Sequence[bytes]  # of each call
    heard_on_second: Sequence[bytes]


def place(
    node: Node, name: str, scenario: Scenario, number: str, work_dir: Path, limit_s: int
) -> Placed:
    """Plays the scenario to its end, from a directory that keeps what SIPp wrote."""
    work_dir.mkdir(parents=True)
    file = work_dir / f"{name}.xml"
    file.write_text(scenario_files.text_of(name))
    messages, errors = work_dir / "messages.log", work_dir / "errors.log"
    [sip_port] = free_ports(1, socket.SOCK_DGRAM)
    with (
        CallerMedia(scenario.says, scenario.encoding).running(scenario.source) as media,
        sipp.playing(
            file,
            *("-r", "100"),  # many are to come at once
            *(_REPEATS if scenario.repeats_itself else ()),
            *("-s", number, "-au", scenario.caller, "-ap", "guessed"),
            *("-key", "caller", scenario.caller, "-key", "second_port", str(media.second_port)),
            *("-trace_err", "-error_file", str(errors)),
            server=f"127.0.0.1:{node.settings.sip_port}",
            sip_port=sip_port,
            audio_port=media.port,
            messages=messages,
            limit_s=limit_s,
            address=scenario.source,
            calls=scenario.calls,
        ) as process,
    ):
        is_as_expected = sipp.is_played_to_its_end(process, limit_s)
    complaints = errors.read_text(errors="replace") if errors.exists() else ""
    return Placed(
        is_as_expected=is_as_expected,
        messages=messages.read_text(errors="replace") + complaints,
        heard=media.heard,
        heard_on_second=media.heard_on_second,
    )
