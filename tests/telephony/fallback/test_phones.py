"""A softphone calls from its own networks, with its password, the business's numbers only."""

from pathlib import Path

import pytest

from tests.telephony.fallback import records
from tests.telephony.fallback.conftest import NUMBER
from tests.telephony.fallback.node import Node
from tests.telephony.fallback.sipp import place_call
from voicebot.stack.asterisk_config import install_phones
from voicebot.stack.phones import MODULES_TO_RELOAD, Phone, add_phone, remove_phone


def test_a_phone_with_its_password_registers_and_its_call_is_taken(
    node: Node, phone: Phone, tmp_path: Path
) -> None:
    assert place_call(
        node,
        "uac-phone-registers-and-calls-expect-answer",
        NUMBER,
        tmp_path,
        caller=phone.name,
        password=phone.password,
    ).is_as_expected
    assert records.line_of(node, phone.name)["did"] == NUMBER


def test_a_phone_without_its_password_is_refused(node: Node, phone: Phone, tmp_path: Path) -> None:
    assert place_call(
        node, "uac-stranger-calls-expect-401", NUMBER, tmp_path, caller=phone.name
    ).is_as_expected


def test_a_phone_with_a_wrong_password_is_refused(node: Node, phone: Phone, tmp_path: Path) -> None:
    assert place_call(
        node,
        "uac-phone-registers-expect-refusal",
        NUMBER,
        tmp_path,
        caller=phone.name,
        password="guessed",
    ).is_as_expected


@pytest.mark.parametrize("scenario", ["calls", "registers"])
def test_a_phone_in_a_network_it_was_not_given_is_refused_its_password_notwithstanding(
    node: Node, phone: Phone, tmp_path: Path, scenario: str
) -> None:
    assert place_call(
        node,
        f"uac-phone-{scenario}-expect-refusal",
        NUMBER,
        tmp_path,
        caller=phone.name,
        password=phone.password,
        source="127.0.0.2",
    ).is_as_expected


def test_a_phone_may_dial_the_businesss_numbers_only(
    node: Node, phone: Phone, tmp_path: Path
) -> None:
    assert place_call(
        node,
        "uac-phone-dials-elsewhere-expect-404",
        "+15550199",
        tmp_path,
        caller=phone.name,
        password=phone.password,
    ).is_as_expected


def test_a_phone_that_was_removed_is_a_stranger(node: Node, tmp_path: Path) -> None:
    etc = node.paths.asterisk_instance / "etc"
    made = add_phone(node.settings, "lost1", ["127.0.0.2"])
    remove_phone(node.settings, made.name)
    install_phones(node.settings, etc)
    for module in MODULES_TO_RELOAD:
        node.console(f"module reload {module}")
    assert place_call(
        node,
        "uac-phone-registers-expect-refusal",
        NUMBER,
        tmp_path,
        caller=made.name,
        password=made.password,
        source="127.0.0.2",
    ).is_as_expected
