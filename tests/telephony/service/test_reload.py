"""A business file may change under running calls; one that is invalid changes nothing."""

import json
import os
import subprocess
import sys

import pytest

from tests.polling import until
from tests.telephony.service import businesses
from tests.telephony.service.businesses import GARAGE
from tests.telephony.service.caller import hears_all
from tests.telephony.service.holding import Held, Talk
from tests.telephony.service.running import AGENTS, Service
from voicebot.stack.supervisor_config import environment_of

BEFORE = businesses.PARKING
AFTERWARDS = "Please leave your car at the harbor, and walk over the long bridge to our door."


def reasons(service: Service, event: str) -> list[str]:
    """What the agents have logged under this event since they were started, each its latest."""
    found = []
    for agent in AGENTS:
        lines = service.stack.paths.log(agent).read_text().splitlines()
        entries = [json.loads(line) for line in lines if f'"{event}"' in line]
        found += [str(entry.get("reason", "")) for entry in entries[-1:]]
    return found


def puts(service: Service, **changes: str) -> None:
    garage = businesses.garage(AFTERWARDS) | changes
    businesses.write(service.business_dir, {"garage": garage})


def hears_of_changes(service: Service) -> Talk:
    with service.calling(GARAGE) as early:
        early.is_answered("greeting")
        puts(service)
        until(lambda: len(reasons(service, "business.reloaded")) == 2, "both have read it", 60)
        puts(service, greeting="Nobody knows who speaks.")
        until(lambda: len(reasons(service, "business.not_reloaded")) == 2, "both refuse it", 60)
        with service.calling(GARAGE) as late:
            late.is_answered("greeting")
            late.says("Where can I park?")
            late.is_answered("parking")
            late.says("Thank you, goodbye.")
            late.is_hung_up_on()
        early.says("Where can I park?")
        early.is_answered("parking")
        early.says("Thank you, goodbye.")
        early.is_hung_up_on()
    return Talk(early, {f"late {name}": late.samples(name) for name in ("greeting", "parking")})


@pytest.mark.parametrize("held", [hears_of_changes], indirect=True)
def test_a_change_is_heard_from_the_next_call_on_and_an_invalid_file_is_refused(
    service: Service, held: Held
) -> None:
    heard = held.heard
    assert hears_all(heard["parking"], BEFORE)
    assert hears_all(heard["late parking"], AFTERWARDS)
    assert hears_all(heard["late greeting"], businesses.garage("")["greeting"])
    for reason in reasons(service, "business.not_reloaded"):
        assert "garage.yaml" in reason
        assert "line 5: greeting: must say that the caller speaks with a machine" in reason
    refused = subprocess.run(
        (sys.executable, "-m", "voicebot", "reload"),
        env={**os.environ, **environment_of(service.stack.settings)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0
    assert "line 5: greeting" in refused.stderr
    puts(service)
