"""Who rings whom, over which trunk: all that files decide."""

from pathlib import Path

import pytest
import yaml

from voicebot.calls.outbound_rules import Refusal, Refused
from voicebot.errors import ConfigurationError
from voicebot.outbound.dialer import Request
from voicebot.outbound.dialing import request_of
from voicebot.settings import Settings

SHOP, CLINIC, CALLEE = "+12025550100", "+12025550111", "+12025550123"


def _business(name: str, did: str) -> dict[str, object]:
    greeting = f"This is the machine of {name}."
    agents = {"reminder": "package.module:Reminder"}
    return {
        "name": name,
        "dids": [did],
        "persona": "You help.",
        "greeting": "You speak with a machine.",
        "outbound": {"greeting": greeting, "agents": agents},
    }


def _trunk(name: str, number: str) -> dict[str, object]:
    return {"name": name, "host": "192.0.2.10", "country": "US", "numbers": [number]}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    businesses = tmp_path / "businesses"
    businesses.mkdir()
    for name, did in (("Shop", SHOP), ("Clinic", CLINIC)):
        (businesses / f"{name}.yaml").write_text(yaml.safe_dump(_business(name, did)))
    trunks = [_trunk("first", "+12025550199"), {**_trunk("second", CLINIC), "host": "192.0.2.11"}]
    (tmp_path / "trunks.yaml").write_text(yaml.safe_dump({"trunks": trunks}))
    return Settings.model_validate(
        {
            "state_dir": tmp_path,
            "business_file": businesses,
            "trunks_file": tmp_path / "trunks.yaml",
        }
    )


def test_our_number_says_who_rings_and_over_which_trunk(settings: Settings) -> None:
    request = request_of(settings, CALLEE, did=CLINIC.removeprefix("+"))
    assert isinstance(request, Request)
    assert (request.business.name, request.did) == ("Clinic", CLINIC)
    assert request.way.name == "second"


def test_a_number_that_no_trunk_brings_goes_over_the_first(settings: Settings) -> None:
    request = request_of(settings, CALLEE, business="Shop")
    assert isinstance(request, Request)
    assert request.way.name == "first"


def test_with_several_businesses_one_has_to_be_named(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="Clinic, Shop"):
        request_of(settings, CALLEE)
    with pytest.raises(ConfigurationError):
        request_of(settings, CALLEE, business="Pharmacy")


def test_the_agent_is_one_of_the_business(settings: Settings) -> None:
    request = request_of(settings, CALLEE, did=SHOP, agent="reminder")
    assert isinstance(request, Request)
    assert request.agent == "reminder"
    with pytest.raises(ConfigurationError, match="reminder"):
        request_of(settings, CALLEE, did=SHOP, agent="os:system")


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"did": "+12025550177"}, Refusal.CALLER_ID),
        ({"did": CLINIC, "business": "Shop"}, Refusal.CALLER_ID),
        ({"did": SHOP, "trunk": "third"}, Refusal.NO_TRUNK),
    ],
)
def test_what_is_not_ours_is_refused(
    settings: Settings, how: dict[str, str], reason: Refusal
) -> None:
    refused = request_of(settings, CALLEE, **how)
    assert isinstance(refused, Refused)
    assert refused.reason is reason


def test_another_business_of_ours_is_not_rung(settings: Settings) -> None:
    refused = request_of(settings, CLINIC, did=SHOP)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.OWN_NUMBER
