"""A phone whose calls are encrypted has TLS and SRTP, or no call."""

import pytest

from tests.telephony.fallback.agent import Agent
from tests.telephony.sip.conftest import NUMBER
from tests.telephony.sip.far_end import OVER_TLS, FarEnd
from tests.telephony.sip.talking import assert_both_are_heard, claim
from voicebot.audio.frames import Encoding
from voicebot.stack.asterisk_config import install_phones
from voicebot.stack.phones import MODULES_TO_RELOAD, Phone, add_phone

UNKNOWN_NUMBER = "+15550199"


@pytest.fixture(scope="module")
def phone(request: pytest.FixtureRequest) -> Phone:
    node, far_end = request.getfixturevalue("node"), request.getfixturevalue("far_end")
    made = add_phone(node.settings, "desk1", [OVER_TLS], is_encrypted=True)
    install_phones(node.settings, node.etc)
    for module in MODULES_TO_RELOAD:
        node.console(f"module reload {module}")
    settings = node.settings
    far_end.become_phone(made.name, made.password, settings.sip_port, settings.sip_tls_port)
    return made


def test_a_phone_over_tls_is_heard_both_ways(agent: Agent, far_end: FarEnd, phone: Phone) -> None:
    call = far_end.call("phone", NUMBER, caller=f"<{phone.name}>", is_wide=True)
    channel_id = claim(agent)
    assert agent.ask("GET", f"channels/{channel_id}")["name"].startswith(f"PJSIP/{phone.name}-")
    assert_both_are_heard(agent, channel_id, far_end, call, Encoding.SLIN16)


@pytest.mark.parametrize(
    ("endpoint", "number", "status"),
    [
        ("phone-without-srtp", NUMBER, 488),
        ("phone-without-tls", NUMBER, 403),
        ("phone", UNKNOWN_NUMBER, 404),
    ],
)
def test_a_phone_that_lacks_anything_is_refused(
    far_end: FarEnd, phone: Phone, endpoint: str, number: str, status: int
) -> None:
    assert far_end.refusal_of(endpoint, number, caller=f"<{phone.name}>") == status
