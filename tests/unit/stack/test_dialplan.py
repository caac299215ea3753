import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.business import Business
from voicebot.dialogue.business_parts import WEEKDAYS, Hours
from voicebot.errors import ConfigurationError
from voicebot.stack.asterisk_config import DIALPLANS_DIR
from voicebot.stack.dialplan import inbound_numbers, open_lines, people, time_zones

ZONES = ("UTC", "America/Chicago", "Asia/Kathmandu", "Europe/Berlin")


def shop(**changes: object) -> Business:
    return Business.model_validate(
        {
            "name": "Shop",
            "dids": ["1000"],
            "persona": "You help.",
            "greeting": "You speak with a machine.",
            "operators": [{"id": "maria", "name": "Maria"}, {"id": "joan", "name": "Joan"}],
            "transfers": [
                {"id": "front-desk", "topic": "us", "operators": ["maria", "joan"], "ring_s": 15},
                {"id": "outside", "topic": "x", "number": "+12025550177", "mode": "blind"},
            ],
            "operator": "front-desk",
            **changes,
        }
    )


def is_open(lines: list[str], at: datetime) -> bool:
    """What Asterisk makes of the steps: GotoIfTime's last minute counts."""
    for line in lines:
        if day := re.fullmatch(r' same => n,GotoIf\(\$\["(.+)" = "(.+)"\]\?closed\)', line):
            strftime = re.fullmatch(r"\$\{STRFTIME\(\$\{EPOCH\},(.+),%Y-%m-%d\)\}", day[1])
            assert strftime is not None
            if at.astimezone(ZoneInfo(strftime[1])).date().isoformat() == day[2]:
                return False
        elif time := re.fullmatch(
            r" same => n,GotoIfTime\((.+)-(.+),(.+),\*,\*,(.+)\?open\)", line
        ):
            local = at.astimezone(ZoneInfo(time[4]))
            clock = f"{local:%H:%M}"
            if WEEKDAYS[local.weekday()] == time[3] and time[1] <= clock <= time[2]:
                return True
        else:
            return line == " same => n,Goto(open)"
    raise AssertionError("the steps do not end")


@st.composite
def intervals(draw: st.DrawFn) -> str:
    opens = draw(st.integers(0, 24 * 60 - 1))
    closes = draw(st.integers(opens + 1, 24 * 60))
    return f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"


HOURS = st.builds(
    Hours,
    time_zone=st.sampled_from(ZONES),
    week=st.dictionaries(
        st.sampled_from(WEEKDAYS), st.lists(intervals(), max_size=2).map(tuple), min_size=1
    ),
    closed_on=st.lists(st.dates(date(2026, 12, 20), date(2026, 12, 31)), max_size=2).map(tuple),
)


@given(hours=HOURS, minutes=st.integers(0, 14 * 24 * 60))
def test_the_dialplan_is_open_when_the_business_is(hours: Hours, minutes: int) -> None:
    at = datetime(2026, 12, 20, tzinfo=UTC) + timedelta(minutes=minutes)
    assert is_open(open_lines(hours), at) == hours.are_open(at)


def test_a_business_without_hours_is_always_open() -> None:
    assert open_lines(None) == [" same => n,Goto(open)"]


def test_every_transfer_and_operator_has_an_extension_by_its_name() -> None:
    rendered = people([shop()], "trunk-carrier")
    names = r"^exten => ([^,]+),1,"
    assert re.findall(names, rendered["transfers"], re.MULTILINE) == ["front-desk", "outside"]
    assert re.findall(names, rendered["targets"], re.MULTILINE) == ["front-desk", "outside"]
    assert re.findall(names, rendered["operators"], re.MULTILINE) == ["joan", "maria"]


def test_a_group_is_a_queue_of_its_operators_that_outlasts_ringing_and_brief() -> None:
    assert people([shop()], "")["queues"].splitlines() == [
        "[front-desk](group)",
        "timeout = 75",
        "member => Local/maria@voicebot-operator/n,0,maria,PJSIP/maria",
        "member => Local/joan@voicebot-operator/n,0,joan,PJSIP/joan",
    ]


def test_an_outside_number_is_dialled_over_the_trunk_that_there_is() -> None:
    targets = people([shop()], "trunk-carrier")["targets"]
    assert " same => n,Set(VOICEBOT_NUMBER=+12025550177)" in targets
    assert " same => n,Set(VOICEBOT_OUTBOUND=trunk-carrier)" in targets
    assert " same => n,Set(VOICEBOT_OUTBOUND=)" in people([shop()], "")["targets"]


def test_a_transfer_keeps_its_own_hours() -> None:
    hours = {"time_zone": "UTC", "week": {"mon": ["09:00-17:00"]}}
    own = {"time_zone": "Europe/Berlin", "week": {"tue": ["00:00-24:00"]}}
    business = shop(
        hours=hours,
        transfers=[{"id": "desk", "topic": "us", "operators": ["maria"], "hours": own}],
        operator="desk",
    )
    targets = people([business], "")["targets"]
    assert "GotoIfTime(00:00-23:59,tue,*,*,Europe/Berlin?open)" in targets
    assert "UTC" not in targets
    assert time_zones([business]) == {"UTC", "Europe/Berlin"}


def test_two_businesses_may_share_operators_but_not_the_names_of_transfers() -> None:
    other = shop(
        dids=["2000"],
        transfers=[{"id": "sales", "topic": "us", "operators": ["maria"]}],
        operator="sales",
    )
    assert people([shop(), other], "")["operators"].count("exten => maria,") == 1
    # Asterisk reads over dashes.
    again = shop(
        transfers=[{"id": "frontdesk", "topic": "us", "operators": ["maria"]}], operator=None
    )
    with pytest.raises(ConfigurationError, match="frontdesk is there twice"):
        people([shop(), again], "")


def test_a_number_knows_the_operators_that_its_fallback_rings() -> None:
    assert [number.operator for number in inbound_numbers(shop())] == ["front-desk"]
    assert [number.operator for number in inbound_numbers(shop(operator=None))] == [""]


@pytest.mark.parametrize("dialplan", sorted(DIALPLANS_DIR.glob("*.conf")), ids=lambda p: p.name)
def test_nothing_is_used_that_asterisk_refuses_once_an_agent_has_set_a_variable(
    dialplan: Path,
) -> None:
    steps = [line for line in dialplan.read_text().splitlines() if not line.startswith((";", " ;"))]
    refused = {"STAT", "FILE", "SHELL", "ENV", "LOCK", "TRYLOCK", "UNLOCK", "CURL", "DB_DELETE"}
    used = {name for line in steps for name in re.findall(r"\$\{(\w+)\(", line)} & refused
    # An operator's leg, before any agent knows of it.
    assert used == ({"LOCK", "UNLOCK"} if dialplan.name == "operators.conf" else set())
