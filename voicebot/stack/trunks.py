"""Which carriers bring calls, and how is each of them known?

Read from a YAML file that holds no password: those come with the settings. A trunk is known
either by the registration that we keep up with it or by the addresses it calls from; whoever is
neither is a stranger.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import phonenumbers
import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from voicebot.errors import ConfigurationError
from voicebot.yaml_places import line_of

_MODEL = ConfigDict(extra="forbid", frozen=True)


class Transport(StrEnum):
    """How SIP travels."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class Codec(StrEnum):
    """What Asterisk here can speak."""

    ULAW = "ulaw"
    ALAW = "alaw"
    G722 = "g722"
    OPUS = "opus"


def _host(value: str) -> str:
    # Asterisk's files know no quoting: what has another meaning there is no name.
    if _is_address(value) or re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", value):
        return value
    raise ValueError("must be a host name or an IP address, without a port")


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError as error:
        raise ValueError(
            f"must be an address or a network such as 192.0.2.0/28: {error}"
        ) from error


def _country(value: str) -> str:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("must be a country's two letters (ISO 3166-1), such as US")
    return value


def _number(value: str) -> str:
    if re.fullmatch(r"\+?[0-9]{2,15}", value) is None:
        raise ValueError("must be 2 to 15 digits, with a leading + or without")
    return value


class Registration(BaseModel):
    """The account with which we log in to the carrier."""

    model_config = _MODEL

    username: str = Field(pattern=r"^[A-Za-z0-9_.~+=-]{1,64}$")


class Trunk(BaseModel):
    """One carrier."""

    model_config = _MODEL

    name: str = Field(pattern=r"^[a-z][a-z0-9]{1,31}$")
    host: Annotated[str, AfterValidator(_host)]
    port: int = Field(default=0, ge=0, le=65_535, description="0: the transport's own.")
    transport: Transport = Transport.UDP
    country: Annotated[str, AfterValidator(_country)]
    numbers: tuple[Annotated[str, AfterValidator(_number)], ...] = ()
    codecs: tuple[Codec, ...] = Field(default=(Codec.ULAW, Codec.ALAW), min_length=1)
    max_calls: int = Field(default=30, ge=1)
    allow_refer: bool = False
    registration: Registration | None = None
    addresses: tuple[Annotated[str, AfterValidator(_network)], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_its_own_address(cls, values: Any) -> Any:
        """A carrier with an address for a host calls from there, unless told otherwise."""
        if (
            isinstance(values, Mapping)
            and "addresses" not in values
            and isinstance(host := values.get("host"), str)
            and _is_address(host)
        ):
            return {**values, "addresses": [host]}
        return values

    @model_validator(mode="after")
    def _is_known_somehow(self) -> "Trunk":
        if self.registration is None and not self.addresses:
            raise ValueError("needs a registration or addresses: nobody could tell it is them")
        families = {ipaddress.ip_network(network).version for network in self.addresses}
        if len(families) > 1:
            raise ValueError("cannot have IPv4 and IPv6 addresses: make it two trunks")
        return self

    @property
    def endpoint(self) -> str:
        """Its name in Asterisk."""
        return f"trunk-{self.name}"

    @property
    def is_ipv6(self) -> bool:
        places = (*self.addresses, self.host)
        return any(":" in place for place in places)

    @property
    def sip_port(self) -> int:
        if self.port != 0:
            return self.port
        return 5061 if self.transport is Transport.TLS else 5060


class _TrunksFile(BaseModel):
    model_config = _MODEL

    trunks: tuple[Trunk, ...]


def load_trunks(path: Path) -> tuple[Trunk, ...]:
    """The trunks of a file; raises ConfigurationError, which names each fault and its place."""
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        document = yaml.safe_load(text)
        trunks = _TrunksFile.model_validate(document).trunks
    except OSError as error:
        raise ConfigurationError(f"the trunks file cannot be read: {error}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path} is no YAML: {error}") from error
    except ValidationError as error:
        faults = _faults(error, text, document)
        raise ConfigurationError(f"{path} cannot be used:\n{faults}") from error
    clashes = [*_repeated_names(trunks), *_shared_addresses(trunks)]
    if clashes:
        faults = "\n".join(
            f"  - line {line_of(text, ('trunks', index))}: {fault}" for index, fault in clashes
        )
        raise ConfigurationError(f"{path} cannot be used:\n{faults}")
    return trunks


def password_of(trunk: Trunk, passwords: Mapping[str, SecretStr]) -> str:
    """Raises ConfigurationError when there is none, or none that Asterisk can read."""
    password = passwords.get(trunk.name, SecretStr("")).get_secret_value()
    if not password:
        raise ConfigurationError(
            f'trunk {trunk.name} has no password: add VOICEBOT_TRUNK_PASSWORDS={{"{trunk.name}": '
            '"…"} to secrets.env in the state directory'
        )
    # In Asterisk's files a comment begins with ";", and a line ends where it ends.
    if not password.isprintable() or ";" in password or password != password.strip():
        raise ConfigurationError(
            f'the password of trunk {trunk.name} has a ";", a control character or a space at '
            "its end, which Asterisk cannot read"
        )
    return password


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _repeated_names(trunks: Sequence[Trunk]) -> Iterator[tuple[int, str]]:
    """The places of trunks whose name is another's, and what is to be said of them."""
    names = [trunk.name for trunk in trunks]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield index, f"{name} is there twice"


def _shared_addresses(trunks: Sequence[Trunk]) -> Iterator[tuple[int, str]]:
    """Two trunks of one address could not be told apart."""
    seen: list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, str]] = []
    for index, trunk in enumerate(trunks):
        for network in map(ipaddress.ip_network, trunk.addresses):
            for other, name in seen:
                if name != trunk.name and network.overlaps(other):
                    yield index, f"{name} and {trunk.name} share {network}"
            seen.append((network, trunk.name))


def _faults(error: ValidationError, text: str, document: Any) -> str:
    return "\n".join(
        f"  - line {line_of(text, fault['loc'])}: {_place(fault['loc'], document)}: "
        f"{fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors(include_url=False, include_input=False)
    )


def _place(location: tuple[int | str, ...], document: Any) -> str:
    """A trunk is called by its name where it has one."""
    match location:
        case ("trunks", int(index), *rest):
            trunk = document["trunks"][index]
            name = trunk.get("name") if isinstance(trunk, Mapping) else None
            return ".".join(map(str, [name if name is not None else f"trunk {index + 1}", *rest]))
        case _:
            return ".".join(map(str, location)) or "the file"
