import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from voicebot.errors import ConfigurationError
from voicebot.settings import Settings
from voicebot.stack.trunk_config import (
    dialplan_contexts,
    pjsip_sections,
    require_transports,
    spellings,
)
from voicebot.stack.trunks import Trunk

PASSWORDS = {"carrier": SecretStr("s3cret-of-the-carrier")}
DIDS = ("+12025550100", "1000")


def trunk(**changes: Any) -> Trunk:
    return Trunk.model_validate(
        {
            "name": "carrier",
            "host": "192.0.2.10",
            "country": "US",
            "numbers": ["12025550100"],
            **changes,
        }
    )


def extensions(text: str) -> list[str]:
    return re.findall(r"^exten => ([^,]+),", text, re.MULTILINE)


def test_a_trunk_known_by_its_address_is_held_to_it() -> None:
    text = pjsip_sections([trunk(allow_refer=True)], {})
    assert "[trunk-carrier](call)" in text
    assert "deny = 0.0.0.0/0,::/0\npermit = 192.0.2.10/32" in text
    assert "match = 192.0.2.10/32" in text
    assert "type = registration" not in text
    assert "allow_transfer = yes" in text


def test_a_trunk_that_registers_is_known_by_the_mark_of_its_registration() -> None:
    registered = trunk(host="sip.carrier.example", registration={"username": "4711"})
    text = pjsip_sections([registered], PASSWORDS)
    assert "line = yes\nendpoint = trunk-carrier" in text
    assert "password = s3cret-of-the-carrier" in text
    assert "server_uri = sip:sip.carrier.example:5060\n" in text
    assert "contact_user = 12025550100" in text
    assert "type = identify" not in text
    assert "allow_transfer = no" in text


def test_a_trunk_over_tls_has_its_audio_encrypted_or_no_call() -> None:
    text = pjsip_sections([trunk(transport="tls")], {})
    assert "media_encryption = sdes" in text
    assert "contact = sip:192.0.2.10:5061\\;transport=tls" in text


def test_a_trunk_over_ipv6_has_the_transport_and_the_media_address_of_ipv6() -> None:
    text = pjsip_sections([trunk(host="2001:db8::7")], {})
    assert "[trunk-carrier](call,over-ipv6)" in text
    assert "transport = udp6" in text
    assert "contact = sip:[2001:db8::7]:5060" in text


def test_a_trunk_may_dial_what_it_brings_and_nothing_else() -> None:
    text = dialplan_contexts([trunk(), trunk(name="other", numbers=["1000"])], DIDS)
    of_carrier, of_other = text.split("[voicebot-trunk-other]")
    assert extensions(of_carrier) == ["+12025550100", "12025550100", "0012025550100", "2025550100"]
    assert extensions(of_other) == ["1000", "+1000"]
    assert "Goto(voicebot-numbers,+12025550100,1)" in of_carrier
    assert "Gosub(voicebot-trunk-admission,s,1(30))" in of_carrier


def test_a_number_that_the_business_has_not_got_is_a_fault() -> None:
    with pytest.raises(ConfigurationError, match=r"carrier brings \+12025550199"):
        dialplan_contexts([trunk(numbers=["+12025550199"])], DIDS)


@pytest.mark.parametrize(
    ("number", "country", "ways"),
    [
        ("+493012345678", "DE", ["00493012345678", "03012345678", "3012345678"]),
        ("+12025550100", "US", ["0012025550100", "2025550100"]),
        ("+12025550100", "DE", ["0012025550100"]),
        ("1000", "US", []),
    ],
)
def test_a_carrier_may_dial_as_its_country_does(number: str, country: str, ways: list[str]) -> None:
    digits = number.removeprefix("+")
    assert set(spellings(number, country)) == {number, digits, f"+{digits}", *ways}
    assert spellings(number, country)[0] == number


@given(st.from_regex(r"\+?[0-9]{2,15}", fullmatch=True), st.sampled_from(["US", "DE", "GB", "IT"]))
def test_every_spelling_is_digits(number: str, country: str) -> None:
    for spelling in spellings(number, country):
        assert re.fullmatch(r"\+?[0-9]+", spelling)


@pytest.mark.parametrize(
    ("changes", "of_settings", "named"),
    [
        ({"transport": "tls"}, {}, "VOICEBOT_SIP_TLS_CERTIFICATE"),
        ({"transport": "tls"}, {"sip_tls_certificate": "x"}, "VOICEBOT_SIP_TLS_CA"),
        ({"host": "::1"}, {}, "VOICEBOT_SIP_ADDRESS_V6"),
    ],
)
def test_a_trunk_whose_transport_is_not_set_up_is_a_fault(
    changes: dict[str, Any], of_settings: dict[str, str], named: str
) -> None:
    settings = Settings.model_validate({"state_dir": Path("unused"), **of_settings})
    with pytest.raises(ConfigurationError, match=f"trunk carrier .*{named}"):
        require_transports(settings, [trunk(**changes)])


def test_trunks_whose_transports_are_there_are_fine() -> None:
    settings = Settings.model_validate(
        {
            "state_dir": Path("unused"),
            "sip_address_v6": "::1",
            "sip_tls_certificate": "x",
            "sip_tls_ca": "y",
        }
    )
    require_transports(settings, [trunk(transport="tls"), trunk(host="::1"), trunk()])
