from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from voicebot.errors import ConfigurationError
from voicebot.settings import PROJECT_DIR
from voicebot.stack.trunks import Transport, Trunk, load_trunks, password_of

CARRIER: dict[str, Any] = {
    "name": "carrier",
    "host": "192.0.2.10",
    "country": "US",
    "numbers": ["+12025550100"],
}


def written(directory: Path, *trunks: dict[str, Any]) -> Path:
    path = directory / "trunks.yaml"
    path.write_text(yaml.safe_dump({"trunks": list(trunks)}))
    return path


def test_the_file_that_ships_has_no_trunk() -> None:
    assert load_trunks(PROJECT_DIR / "config" / "trunks.yaml") == ()


def test_the_example_in_the_file_that_ships_is_valid(tmp_path: Path) -> None:
    text = (PROJECT_DIR / "config" / "trunks.yaml").read_text()
    example = tmp_path / "trunks.yaml"
    lines = [line[2:] for line in text.splitlines() if line.startswith("# ")]
    example.write_text("\n".join(lines[lines.index("trunks:") :]))
    first, second = load_trunks(example)
    assert (first.endpoint, second.endpoint) == ("trunk-carrier", "trunk-backup")
    assert first.registration is not None
    assert (first.addresses, second.addresses) == ((), ("192.0.2.8/29",))


def test_a_carrier_with_an_address_for_a_host_calls_from_there(tmp_path: Path) -> None:
    [trunk] = load_trunks(written(tmp_path, CARRIER))
    assert trunk.addresses == ("192.0.2.10/32",)
    assert (trunk.transport, trunk.sip_port, trunk.is_ipv6) == (Transport.UDP, 5060, False)
    assert not trunk.allow_refer


def test_a_carrier_may_be_known_by_its_registration_alone(tmp_path: Path) -> None:
    registered = {**CARRIER, "registration": {"username": "a"}, "addresses": []}
    [trunk] = load_trunks(written(tmp_path, registered))
    assert trunk.addresses == ()


def test_over_tls_its_own_port_is_used(tmp_path: Path) -> None:
    [trunk] = load_trunks(written(tmp_path, {**CARRIER, "transport": "tls"}))
    assert trunk.sip_port == 5061


def test_a_carrier_over_ipv6_is_known(tmp_path: Path) -> None:
    [trunk] = load_trunks(written(tmp_path, {**CARRIER, "host": "2001:db8::7", "port": 5070}))
    assert (trunk.is_ipv6, trunk.addresses, trunk.sip_port) == (True, ("2001:db8::7/128",), 5070)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": "Carrier"}, "Carrier.name"),
        ({"name": None}, "trunk 1.name"),
        ({"host": "sip.example;x"}, "carrier.host: must be a host name"),
        ({"host": "sip.example:5060"}, "carrier.host: must be a host name"),
        ({"host": "sip.carrier.example"}, "needs a registration or addresses"),
        ({"port": 65_536}, "carrier.port"),
        ({"transport": "sctp"}, "carrier.transport"),
        ({"country": "us"}, "carrier.country: must be a country's two letters"),
        ({"numbers": ["12-34"]}, "carrier.numbers.0: must be 2 to 15 digits"),
        ({"codecs": []}, "carrier.codecs"),
        ({"codecs": ["g729"]}, "carrier.codecs.0"),
        ({"max_calls": 0}, "carrier.max_calls"),
        ({"addresses": ["192.0.2.1/24"]}, "carrier.addresses.0: must be an address or a network"),
        ({"addresses": ["192.0.2.1", "::1"]}, "make it two trunks"),
        ({"registration": {"username": "a;b"}}, "carrier.registration.username"),
        ({"registration": {"username": "a", "password": "b"}}, "carrier.registration.password"),
        ({"passwort": "x"}, "carrier.passwort"),
    ],
)
def test_a_fault_is_named_with_its_place(
    tmp_path: Path, changes: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_trunks(written(tmp_path, {**CARRIER, **changes}))
    assert fault in str(caught.value)
    assert str(tmp_path / "trunks.yaml") in str(caught.value)


@pytest.mark.parametrize("text", ["", "trunks: 7", "[]", "trunks: [x]", "other: []"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "trunks.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match="cannot be used"):
        load_trunks(path)


def test_a_file_that_is_no_yaml_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trunks.yaml"
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_trunks(path)
    path.write_text("trunks: [")
    with pytest.raises(ConfigurationError, match="is no YAML"):
        load_trunks(path)
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigurationError, match="is no YAML"):
        load_trunks(path)


def test_two_trunks_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="carrier is there twice"):
        load_trunks(written(tmp_path, CARRIER, {**CARRIER, "host": "192.0.2.11"}))


def test_two_trunks_that_could_not_be_told_apart_are_refused(tmp_path: Path) -> None:
    other = {**CARRIER, "name": "other", "host": "a.example", "addresses": ["192.0.2.0/24"]}
    with pytest.raises(ConfigurationError, match="carrier and other share"):
        load_trunks(written(tmp_path, CARRIER, other))


@given(st.text())
def test_nothing_that_asterisk_would_read_otherwise_gets_into_a_host(host: str) -> None:
    try:
        trunk = Trunk(name="carrier", host=host, country="US", addresses=("192.0.2.1",))
    except ValidationError:
        return
    assert not set(trunk.host) & set(" ;[]=\n\r\t,")


def test_a_password_comes_from_the_settings_alone() -> None:
    trunk = Trunk(name="carrier", host="192.0.2.1", country="US")
    assert password_of(trunk, {"carrier": SecretStr("s3cr=t")}) == "s3cr=t"


@pytest.mark.parametrize("password", [None, "", "sec;ret", "sec\nret", " secret", "a\x00"])
def test_a_password_that_is_missing_or_that_asterisk_cannot_read_is_a_fault(
    password: str | None,
) -> None:
    trunk = Trunk(name="carrier", host="192.0.2.1", country="US")
    passwords = {} if password is None else {"carrier": SecretStr(password)}
    with pytest.raises(ConfigurationError, match="trunk carrier") as caught:
        password_of(trunk, passwords)
    assert "sec" not in str(caught.value).replace("secrets.env", "")


def test_every_fault_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "trunks.yaml"
    path.write_text(
        "# Ours.\n"
        "trunks:\n"
        "  - name: carrier\n"
        "    host: 192.0.2.10\n"
        "    country: Utopia\n"
        "  - name: backup\n"
        "    host: 192.0.2.11\n"
        "    country: US\n"
        "    prot: 5070\n"
    )
    with pytest.raises(ConfigurationError) as refused:
        load_trunks(path)
    assert "line 5: carrier.country: must be a country's two letters" in str(refused.value)
    assert "line 9: backup.prot: " in str(refused.value)


def test_trunks_that_clash_are_named_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "trunks.yaml"
    trunk = "  - {name: NAME, host: 192.0.2.10, country: US}\n"
    names = ("carrier", "carrier", "backup")
    path.write_text("trunks:\n" + "".join(trunk.replace("NAME", name) for name in names))
    with pytest.raises(ConfigurationError) as refused:
        load_trunks(path)
    assert "line 3: carrier is there twice" in str(refused.value)
    assert "line 4: carrier and backup share 192.0.2.10/32" in str(refused.value)
