"""Asterisk opens and closes when the business does, to the minute and in its own time zone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.asterisk_node import AsteriskNode, needed_asterisk_root
from tests.polling import until
from voicebot.dialogue.business_parts import Hours
from voicebot.stack.dialplan import open_lines

MODULES = """
app_stack app_userevent bridge_simple func_global func_logic func_strings pbx_config
res_clioriginate res_timing_timerfd
"""
HOURS = {
    "chicago": Hours.model_validate(
        {
            "time_zone": "America/Chicago",
            "week": {"mon": ["10:00-12:00", "13:00-18:00"], "sun": ["00:00-24:00"]},
        }
    ),
    "berlin": Hours.model_validate(
        {"time_zone": "Europe/Berlin", "week": {"sun": ["01:30-03:30"], "wed": ["09:00-17:00"]}}
    ),
}


def _instants(zone: str) -> list[datetime]:
    local = ZoneInfo(HOURS[zone].time_zone)
    around = [
        datetime(2026, 12, 21, hour, minute, tzinfo=local).astimezone(UTC) + timedelta(seconds=more)
        for hour, minute in ((10, 0), (12, 0), (13, 0), (18, 0))
        for more in (-1, 0)
    ]
    # The night in which a clock is set forward, and the one in which it is set back.
    nights = [
        datetime(2027, month, day, hour, 30, tzinfo=UTC)
        for month, day in ((3, 28), (10, 31))
        for hour in range(4)
    ]
    return around + nights


@pytest.mark.parametrize("zone", HOURS)
def test_asterisk_is_open_when_the_business_is(zone: str, tmp_path: Path) -> None:
    hours, instants = HOURS[zone], _instants(zone)
    lines = ["[moments]"]
    for number, at in enumerate(instants):
        lines += [
            f"exten => m{number},1,Set(TESTTIME()={at:%Y/%m/%d %H:%M:%S} UTC)",
            *open_lines(hours),
            f" same => n(closed),Set(GLOBAL(M{number})=closed)",
            " same => n,Hangup()",
            f" same => n(open),Set(GLOBAL(M{number})=open)",
            " same => n,Hangup()",
        ]
    node = AsteriskNode(needed_asterisk_root(), tmp_path)
    node.configure(MODULES, {"extensions.conf": "\n".join([*lines, ""])})
    with node.running():
        for number in range(len(instants)):
            node.console(f"channel originate Local/m{number}@moments/n application Hangup")

        def found() -> list[str] | None:
            values = dict(
                line.strip().split("=", 1)
                for line in node.console("dialplan show globals").splitlines()
                if line.strip().startswith("M")
            )
            listed = [values.get(f"M{number}", "") for number in range(len(instants))]
            return listed if all(listed) else None

        is_open = [value == "open" for value in until(found, "all moments are judged")]
    assert is_open == [hours.are_open(at) for at in instants]
    assert any(is_open)
    assert not all(is_open)
