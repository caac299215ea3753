import re
from pathlib import Path

import pytest

from voicebot.errors import ConfigurationError
from voicebot.settings import Settings
from voicebot.stack.sip_transports import (
    key_files,
    lab_over_ipv6,
    own_addresses,
    own_addresses_of,
    rtp_binding,
    transports,
)

EVERYWHERE, EVERYWHERE_V6 = "0.0.0.0", "::"  # noqa: S104


def settings_with(**changes: object) -> Settings:
    return Settings.model_validate({"state_dir": Path("unused"), **changes})


def sections(text: str) -> list[str]:
    return re.findall(r"^\[(.+)\]", text, re.MULTILINE)


@pytest.fixture
def pem(tmp_path: Path) -> str:
    path = tmp_path / "some.pem"
    path.write_text("-----BEGIN SOMETHING-----\n")
    return str(path)


@pytest.mark.parametrize(
    ("bind_address", "sip_address", "sip_address_v6", "own"),
    [
        ("127.0.0.1", "127.0.0.1", "", ("127.0.0.1",)),
        ("127.0.0.1", EVERYWHERE, "", ("127.0.0.1",)),
        ("127.0.0.1", "192.0.2.7", "", ("127.0.0.1", "192.0.2.7")),
        ("192.0.2.7", "192.0.2.8", "", ("127.0.0.1", "192.0.2.7", "192.0.2.8")),
        ("::1", "127.0.0.1", "", ("127.0.0.1", "::1")),
        ("127.0.0.1", "127.0.0.1", EVERYWHERE_V6, ("127.0.0.1", "::1")),
        ("127.0.0.1", "127.0.0.1", "2001:DB8::7", ("127.0.0.1", "::1", "2001:db8::7")),
    ],
)
def test_this_machine_reaches_the_node_from_loopback_and_from_the_bound_addresses(
    bind_address: str, sip_address: str, sip_address_v6: str, own: tuple[str, ...]
) -> None:
    settings = settings_with(
        bind_address=bind_address, sip_address=sip_address, sip_address_v6=sip_address_v6
    )
    assert own_addresses(settings) == own
    assert own_addresses_of(settings, 4) + own_addresses_of(settings, 6) == own


@pytest.mark.parametrize("name", ["bind_address", "sip_address", "sip_address_v6"])
def test_an_address_that_is_none_is_a_fault(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"VOICEBOT_{name.upper()}"):
        own_addresses(settings_with(**{name: "localhost"}))


@pytest.mark.parametrize(
    "changes",
    [{"sip_address": "::1"}, {"sip_address": "127.0.0.1", "sip_address_v6": "127.0.0.1"}],
)
def test_each_address_is_of_its_own_family(changes: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="VOICEBOT_SIP_ADDRESS_V6"):
        transports(settings_with(**changes), over_tcp=False)


def test_only_udp_on_loopback_listens_until_more_is_set() -> None:
    text = transports(settings_with(), over_tcp=False)
    assert sections(text) == ["udp"]
    assert "bind = 127.0.0.1:5060" in text


def test_each_protocol_listens_on_each_address(pem: str) -> None:
    settings = settings_with(sip_address_v6="::1", sip_tls_certificate=pem, sip_tls_key=pem)
    text = transports(settings, over_tcp=True)
    assert sections(text) == ["udp", "tcp", "tls", "udp6", "tcp6", "tls6"]
    assert "bind = [::1]:5061" in text
    assert "verify_server" not in text


def test_carriers_over_tls_are_checked_once_it_is_known_who_vouches_for_them(pem: str) -> None:
    settings = settings_with(sip_tls_certificate=pem, sip_tls_key=pem, sip_tls_ca=pem)
    text = transports(settings, over_tcp=False)
    assert "verify_server = yes" in text
    assert set(key_files(settings)) == {"certificate.pem", "key.pem", "ca.pem"}


@pytest.mark.parametrize("lacking", ["sip_tls_certificate", "sip_tls_key"])
def test_a_certificate_and_its_key_belong_together(lacking: str, pem: str) -> None:
    settings = settings_with(**{"sip_tls_certificate": pem, "sip_tls_key": pem, lacking: ""})
    with pytest.raises(ConfigurationError, match="set both"):
        key_files(settings)


def test_a_certificate_that_cannot_be_read_is_a_fault(tmp_path: Path, pem: str) -> None:
    missing = settings_with(sip_tls_certificate=str(tmp_path / "none.pem"), sip_tls_key=pem)
    with pytest.raises(ConfigurationError, match="VOICEBOT_SIP_TLS_CERTIFICATE cannot be read"):
        key_files(missing)
    other = tmp_path / "other.pem"
    other.write_text("no key")
    with pytest.raises(ConfigurationError, match=r"VOICEBOT_SIP_TLS_KEY: .* is no PEM file"):
        key_files(settings_with(sip_tls_certificate=pem, sip_tls_key=str(other)))


def test_behind_nat_the_outside_address_is_told_to_all_but_the_local_networks() -> None:
    settings = settings_with(
        sip_address="10.0.0.2",
        sip_address_v6="2001:db8::7",
        external_address="203.0.113.9",
        local_networks="10.0.0.0/8, 192.168.7.0/24",
    )
    over_ipv4, over_ipv6 = transports(settings, over_tcp=False).split("[udp6]")
    assert "external_media_address = 203.0.113.9" in over_ipv4
    assert "external_signaling_address = 203.0.113.9" in over_ipv4
    assert re.findall(r"local_net = (.+)", over_ipv4) == [
        "127.0.0.0/8",
        "10.0.0.0/8",
        "192.168.7.0/24",
    ]
    assert "external" not in over_ipv6


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"external_address": "home.example"}, "VOICEBOT_EXTERNAL_ADDRESS"),
        ({"external_address": "2001:db8::7"}, "VOICEBOT_EXTERNAL_ADDRESS"),
        (
            {"external_address": "203.0.113.9", "local_networks": "10.0.0.1/8"},
            "VOICEBOT_LOCAL_NETWORKS",
        ),
    ],
)
def test_a_nat_that_makes_no_sense_is_a_fault(changes: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        transports(settings_with(**changes), over_tcp=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_rtp_listens_where_sip_does(address: str) -> None:
    assert rtp_binding(address) == f"media_address = {address}\nbind_rtp_to_media_address = yes"


@pytest.mark.parametrize("address", [EVERYWHERE, EVERYWHERE_V6, ""])
def test_rtp_of_a_node_that_listens_everywhere_is_bound_nowhere(address: str) -> None:
    assert rtp_binding(address).startswith(";")


def test_this_machines_own_calls_over_ipv6_are_known_where_there_is_ipv6() -> None:
    assert lab_over_ipv6(settings_with()) == ""
    text = lab_over_ipv6(settings_with(sip_address_v6="2001:db8::7"))
    assert "permit = ::1,2001:db8::7" in text
    assert "match = ::1,2001:db8::7" in text
