"""How does Asterisk know a trunk, and what may be dialled from it?

Rendered from trunks.yaml: one text of PJSIP's sections, one of the dialplan. Every trunk has a
context of its own with the numbers it brings and nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence

import phonenumbers
from pydantic import SecretStr

from voicebot.errors import ConfigurationError
from voicebot.settings import Settings, in_url
from voicebot.stack.trunks import Transport, Trunk, password_of

# Asked every minute, so that a carrier's failure is known before a call is lost to it.
QUALIFY_S = 60
# A carrier forgets us this soon after we are gone; a home's NAT would forget sooner.
REGISTRATION_S = 300
RETRY_S = 30


def require_transports(settings: Settings, trunks: Iterable[Trunk]) -> None:
    """Raises ConfigurationError when a trunk needs a transport that is not set up."""
    for trunk in trunks:
        if trunk.transport is Transport.TLS:
            if not settings.sip_tls_certificate:
                raise ConfigurationError(
                    f"trunk {trunk.name} needs TLS: set VOICEBOT_SIP_TLS_CERTIFICATE and …_KEY"
                )
            if not settings.sip_tls_ca:
                raise ConfigurationError(
                    f"trunk {trunk.name} needs to know who vouches for {trunk.host}: "
                    "set VOICEBOT_SIP_TLS_CA"
                )
        if trunk.is_ipv6 and not settings.sip_address_v6:
            raise ConfigurationError(
                f"trunk {trunk.name} is reached over IPv6: set VOICEBOT_SIP_ADDRESS_V6"
            )


def pjsip_sections(trunks: Iterable[Trunk], passwords: Mapping[str, SecretStr]) -> str:
    """The trunks' sections of pjsip.conf; they hold passwords."""
    return "\n".join(_sections(trunk, passwords) for trunk in trunks)


def dialplan_contexts(trunks: Iterable[Trunk], dids: Sequence[str]) -> str:
    """The trunks' contexts; raises ConfigurationError for a number the business has not got."""
    known = {did.removeprefix("+"): did for did in dids}
    return "\n".join(_context(trunk, known) for trunk in trunks)


def spellings(number: str, country: str) -> tuple[str, ...]:
    """How carriers of that country write the number in a request, the number itself first."""
    digits = number.removeprefix("+")
    ways = [number, digits, f"+{digits}"]
    try:
        parsed = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return tuple(dict.fromkeys(ways))
    # An extension or a service number is in no country's plan.
    if phonenumbers.is_possible_number(parsed):
        ways.append(f"00{digits}")
        if phonenumbers.region_code_for_number(parsed) == country:
            national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
            ways.append("".join(filter(str.isdigit, national)))
            ways.append(phonenumbers.national_significant_number(parsed))
    return tuple(dict.fromkeys(ways))


def _sections(trunk: Trunk, passwords: Mapping[str, SecretStr]) -> str:
    name = trunk.endpoint
    suffix = "6" if trunk.is_ipv6 else ""
    place = f"sip:{in_url(trunk.host)}:{trunk.sip_port}"
    if trunk.transport is not Transport.UDP:
        place += f"\\;transport={trunk.transport.value}"
    templates = "call,over-ipv6" if trunk.is_ipv6 else "call"
    lines = [
        f"[{name}]({templates})",
        f"context = voicebot-{name}",
        "identify_by = ip",
        f"transport = {trunk.transport.value}{suffix}",
        f"allow = !all,{','.join(trunk.codecs)}",
        f"aors = {name}",
        f"from_domain = {in_url(trunk.host)}",
        # The carrier knows who calls; whether the number may be shown it says as well.
        "trust_id_inbound = yes",
        f"allow_transfer = {'yes' if trunk.allow_refer else 'no'}",
        f"set_var = VOICEBOT_TRUNK={trunk.name}",
        f"set_var = VOICEBOT_COUNTRY={trunk.country}",
        f"set_var = GROUP(voicebot-trunk)={trunk.name}",
    ]
    if trunk.transport is Transport.TLS:
        # Keys of SRTP travel in SDP, so over TLS only; and there, no audio without it.
        lines += ["media_encryption = sdes", "set_var = VOICEBOT_NEEDS_TLS=1"]
    if trunk.addresses:
        lines += ["deny = 0.0.0.0/0,::/0", f"permit = {','.join(trunk.addresses)}"]
    if trunk.registration is not None:
        lines.append(f"outbound_auth = {name}")
    lines += [
        "",
        f"[{name}]",
        "type = aor",
        f"contact = {place}",
        f"qualify_frequency = {QUALIFY_S}",
    ]
    if trunk.addresses:
        lines += ["", f"[{name}]", "type = identify", f"endpoint = {name}"]
        lines += [f"match = {network}" for network in trunk.addresses]
    if trunk.registration is not None:
        username = trunk.registration.username
        lines += [
            "",
            f"[{name}]",
            "type = auth",
            "auth_type = digest",
            f"username = {username}",
            f"password = {password_of(trunk, passwords)}",
            "",
            f"[{name}]",
            "type = registration",
            f"transport = {trunk.transport.value}{suffix}",
            f"outbound_auth = {name}",
            f"server_uri = {place}",
            f"client_uri = sip:{username}@{in_url(trunk.host)}:{trunk.sip_port}",
            f"contact_user = {_contact_user(trunk)}",
            f"expiration = {REGISTRATION_S}",
            f"retry_interval = {RETRY_S}",
            f"forbidden_retry_interval = {REGISTRATION_S}",
            f"fatal_retry_interval = {REGISTRATION_S}",
            "auth_rejection_permanent = no",
            # At once, and not within 10 s: it is one of a few, not of thousands.
            "max_random_initial_delay = 0",
            # A call that comes back with this registration's mark is the carrier's.
            "line = yes",
            f"endpoint = {name}",
        ]
    return "\n".join([*lines, ""])


def _contact_user(trunk: Trunk) -> str:
    """What the carrier dials here when it knows no better: our number, if there is but one."""
    assert trunk.registration is not None
    if len(trunk.numbers) == 1:
        return trunk.numbers[0].removeprefix("+")
    return trunk.registration.username


def _context(trunk: Trunk, known: Mapping[str, str]) -> str:
    lines = [f"[voicebot-{trunk.endpoint}]"]
    taken: set[str] = set()
    for number in trunk.numbers:
        did = known.get(number.removeprefix("+"))
        if did is None:
            raise ConfigurationError(
                f"trunk {trunk.name} brings {number}, which is no number of the business"
            )
        for dialled in spellings(did, trunk.country):
            if dialled not in taken:
                taken.add(dialled)
                lines += [
                    f"exten => {dialled},1,Gosub(voicebot-trunk-admission,s,1({trunk.max_calls}))",
                    f" same => n,Goto(voicebot-numbers,{did},1)",
                ]
    return "\n".join([*lines, ""])
