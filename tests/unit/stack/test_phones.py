import ipaddress
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.errors import ConfigurationError
from voicebot.settings import Settings
from voicebot.stack.phones import (
    Phone,
    add_phone,
    list_phones,
    parse_networks,
    phones_dir,
    remove_phone,
    unreachable_networks,
)

networks = st.ip_addresses(v=4).map(str) | st.tuples(st.ip_addresses(v=4), st.integers(0, 32)).map(
    lambda pair: str(ipaddress.ip_network((int(pair[0]), pair[1]), strict=False))
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate({"state_dir": tmp_path})


def test_a_phone_gets_a_long_password_of_its_own(settings: Settings) -> None:
    one, other = add_phone(settings, "desk1"), add_phone(settings, "desk2")
    assert len(one.password) >= 20
    assert one.password != other.password


def test_a_phone_may_call_from_this_machine_only_unless_told_otherwise(
    settings: Settings,
) -> None:
    assert add_phone(settings, "desk1").networks == ("127.0.0.1/32",)


def test_phones_are_listed_by_name_as_they_were_made(settings: Settings) -> None:
    second = add_phone(settings, "kitchen", ["192.168.1.0/24", "10.0.0.7"])
    first = add_phone(settings, "desk1")
    assert list_phones(settings) == (first, second)
    assert second.networks == ("10.0.0.7/32", "192.168.1.0/24")


def test_a_phones_file_is_read_by_its_owner_only_and_denies_all_other_networks(
    settings: Settings,
) -> None:
    phone = add_phone(settings, "desk1", ["192.168.1.0/24"])
    path = phones_dir(settings) / "desk1.conf"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "deny = 0.0.0.0/0,::/0\npermit = 192.168.1.0/24\n" in path.read_text()
    assert f"password = {phone.password}\n" in path.read_text()


@pytest.fixture
def with_tls(tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {"state_dir": tmp_path, "sip_tls_certificate": "x", "sip_address_v6": "::1"}
    )


def test_a_phone_is_encrypted_and_may_transfer_only_when_told_so(with_tls: Settings) -> None:
    plain = add_phone(with_tls, "desk1")
    special = add_phone(with_tls, "desk2", ["::1"], is_encrypted=True, may_refer=True)
    assert list_phones(with_tls) == (plain, special)
    texts = [(phones_dir(with_tls) / f"{name}.conf").read_text() for name in ("desk1", "desk2")]
    assert "[desk1](phone)" in texts[0]
    assert "allow_transfer = no" in texts[0]
    assert "[desk2](encrypted-phone,over-ipv6)" in texts[1]
    assert "allow_transfer = yes" in texts[1]


def test_a_phone_whose_transport_is_not_set_up_is_refused(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="VOICEBOT_SIP_TLS_CERTIFICATE"):
        add_phone(settings, "desk1", is_encrypted=True)
    with pytest.raises(ConfigurationError, match="VOICEBOT_SIP_ADDRESS_V6"):
        add_phone(settings, "desk1", ["2001:db8::/64"])
    assert list_phones(settings) == ()


def test_a_phone_calls_over_one_family_of_addresses() -> None:
    with pytest.raises(ConfigurationError, match="make it two phones"):
        parse_networks(["127.0.0.1", "::1"])


def test_a_phone_is_not_made_twice(settings: Settings) -> None:
    made = add_phone(settings, "desk1")
    with pytest.raises(ConfigurationError, match="desk1 exists"):
        add_phone(settings, "desk1")
    assert list_phones(settings) == (made,)


def test_a_removed_phone_is_gone(settings: Settings) -> None:
    add_phone(settings, "desk1")
    remove_phone(settings, "desk1")
    assert list_phones(settings) == ()


def test_a_phone_that_is_not_there_cannot_be_removed(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="no phone desk1"):
        remove_phone(settings, "desk1")


@pytest.mark.parametrize(
    "name", ["", "x", "Desk", "1desk", "a b", "../etc", "a" * 33, "lab", "phone", "call", "udp"]
)
def test_a_name_that_means_something_else_to_asterisk_is_refused(
    settings: Settings, name: str
) -> None:
    with pytest.raises(ConfigurationError, match="cannot be a phone's name"):
        add_phone(settings, name)
    assert not phones_dir(settings).exists()


@pytest.mark.parametrize("network", ["", "192.168.1.1/24", "10.0.0.0/33", "home", "1.2.3.4;"])
def test_a_network_that_is_none_is_refused(settings: Settings, network: str) -> None:
    with pytest.raises(ConfigurationError, match="is no network"):
        add_phone(settings, "desk1", [network])
    assert list_phones(settings) == ()


def test_a_phone_with_no_network_at_all_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="at least one network"):
        parse_networks([])


@given(st.lists(networks, min_size=1))
def test_networks_are_kept_in_one_spelling_whatever_their_order(given_networks: list[str]) -> None:
    parsed = parse_networks(given_networks)
    assert parsed == parse_networks(reversed(given_networks))
    assert parse_networks(parsed) == parsed
    assert {ipaddress.ip_network(n) for n in given_networks} == {
        ipaddress.ip_network(n) for n in parsed
    }


def test_a_stack_on_loopback_is_reached_from_loopback_only() -> None:
    wanted = ("127.0.0.1/32", "192.168.1.0/24")
    assert unreachable_networks(wanted, "127.0.0.1") == ("192.168.1.0/24",)
    assert unreachable_networks(wanted, "192.168.1.5") == ()


def test_a_phones_file_that_lost_its_password_says_what_to_do(settings: Settings) -> None:
    add_phone(settings, "desk1")
    (phones_dir(settings) / "desk1.conf").write_text("[desk1](phone)\npermit = 127.0.0.1\n")
    with pytest.raises(ConfigurationError, match="remove the phone"):
        list_phones(settings)


def test_a_phones_password_is_not_in_its_representation() -> None:
    assert "secret" not in repr(Phone("desk1", "secret", ("127.0.0.1/32",)))
