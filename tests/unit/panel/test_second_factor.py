from datetime import UTC, datetime, timedelta

import pyotp

from voicebot.panel.second_factor import STEP_S, link_of, new_secret, step_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = int(NOON.timestamp()) // STEP_S


def test_the_code_of_now_is_good_once() -> None:
    secret = new_secret()
    code = pyotp.TOTP(secret).at(NOON)
    assert step_of(secret, f"{code[:3]} {code[3:]}", NOON, 0) == STEP
    assert step_of(secret, code, NOON, STEP) is None


def test_a_clock_may_be_half_a_minute_off_and_no_more() -> None:
    secret = new_secret()
    code = pyotp.TOTP(secret).at(NOON)
    late = timedelta(seconds=STEP_S)
    assert step_of(secret, code, NOON + late, 0) == STEP
    assert step_of(secret, code, NOON - late, 0) == STEP
    assert step_of(secret, code, NOON + 2 * late, 0) is None


def test_what_is_no_code_is_refused() -> None:
    for code in ("", "12345", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "0" * 1000):
        assert step_of(SECRET, code, NOON, 0) is None


def test_an_authenticator_is_told_whose_code_it_makes() -> None:
    assert link_of(SECRET, "anna").startswith("otpauth://totp/voicebot:anna?secret=")
