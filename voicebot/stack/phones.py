"""Which softphones may call, from where, and with which password?

A phone is one file in the state directory, in Asterisk's own words; what Asterisk does not care
about stands in its comments. A phone may register and call from the networks it was given and
from nowhere else, and it may dial the business's own numbers only (dialplans/inbound.conf).
"""

import ipaddress
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from voicebot.errors import ConfigurationError
from voicebot.settings import Settings

LOOPBACK_NETWORKS = ("127.0.0.1/32",)
# Read anew by `asterisk -rx 'module reload <name>'` once a phone was added or removed.
MODULES_TO_RELOAD = ("res_pjsip.so",)

# 24 characters of 64: 144 bits. Softphones are typed by hand, so no more than that.
_PASSWORD_BYTES = 18

# Sections of asterisk/etc/pjsip.conf, and what PJSIP gives a meaning of its own.
_RESERVED_NAMES = frozenset(
    {"anonymous", "call", "global", "lab", "phone", "probe", "system", "udp"}
)

_FILE = Template("""\
; A softphone, made by `voicebot phone add`.
[$name](phone)
auth = $name
aors = $name
callerid = $name <$name>
deny = 0.0.0.0/0,::/0
permit = $networks

[$name](phone-auth)
username = $name
password = $password

[$name](phone-aor)
""")


@dataclass(frozen=True, slots=True)
class Phone:
    """An account for a softphone."""

    name: str
    password: str = field(repr=False)
    networks: tuple[str, ...]


def phones_dir(settings: Settings) -> Path:
    """The registry; `asterisk_config.install_phones` brings it into the node."""
    return settings.state_dir / "asterisk" / "phones"


def add_phone(settings: Settings, name: str, networks: Iterable[str] = LOOPBACK_NETWORKS) -> Phone:
    """Makes an account with a generated password. Asterisk must reload to know it."""
    phone = Phone(name, secrets.token_urlsafe(_PASSWORD_BYTES), parse_networks(networks))
    path = _path(settings, name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = _FILE.substitute(name=name, password=phone.password, networks=",".join(phone.networks))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigurationError(
            f"phone {name} exists; remove it first for a new password"
        ) from error
    with open(descriptor, "w") as file:
        file.write(text)
    return phone


def list_phones(settings: Settings) -> tuple[Phone, ...]:
    """All phones, by name."""
    return tuple(_parse(path) for path in sorted(phones_dir(settings).glob("*.conf")))


def remove_phone(settings: Settings, name: str) -> None:
    """Takes the account away. Asterisk must reload to forget it."""
    try:
        _path(settings, name).unlink()
    except FileNotFoundError as error:
        raise ConfigurationError(f"there is no phone {name}") from error


def parse_networks(networks: Iterable[str]) -> tuple[str, ...]:
    """The networks in one spelling each, sorted; an address alone is a network of one."""
    parsed: set[ipaddress.IPv4Network | ipaddress.IPv6Network] = set()
    for network in networks:
        try:
            parsed.add(ipaddress.ip_network(network))
        except ValueError as error:
            raise ConfigurationError(
                f"{network!r} is no network, such as 192.168.1.0/24: {error}"
            ) from error
    if not parsed:
        raise ConfigurationError("a phone needs at least one network that it may call from")
    return tuple(sorted(str(network) for network in parsed))


def unreachable_networks(networks: Sequence[str], sip_address: str) -> tuple[str, ...]:
    """Those from which nobody can reach Asterisk, because it listens on loopback alone."""
    if not ipaddress.ip_address(sip_address).is_loopback:
        return ()
    return tuple(network for network in networks if not ipaddress.ip_network(network).is_loopback)


def _path(settings: Settings, name: str) -> Path:
    if re.fullmatch(r"[a-z][a-z0-9]{1,31}", name) is None or name in _RESERVED_NAMES:
        raise ConfigurationError(
            f"{name!r} cannot be a phone's name: 2 to 32 small letters and digits, a letter first, "
            f"and none of {', '.join(sorted(_RESERVED_NAMES))}"
        )
    return phones_dir(settings) / f"{name}.conf"


def _parse(path: Path) -> Phone:
    values = dict(re.findall(r"^(password|permit) = (.+)$", path.read_text(), re.MULTILINE))
    try:
        return Phone(path.stem, values["password"], tuple(values["permit"].split(",")))
    except KeyError as error:
        raise ConfigurationError(
            f"{path} lacks {error}: remove the phone and add it anew"
        ) from error
