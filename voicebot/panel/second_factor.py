"""Does this code come from the account's authenticator, and for the first time?

RFC 6238: 30 s steps, one step of clock error either way; a step that was used is used up.
"""

import hmac
from datetime import datetime
from typing import Final

import pyotp
import segno

STEP_S: Final = 30
_DRIFT: Final = (0, -1, 1)


def new_secret() -> str:
    return pyotp.random_base32()


def link_of(secret: str, account: str) -> str:
    """What an authenticator is set up with."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name="voicebot")


def picture_of(secret: str, account: str) -> str:
    """The same for an authenticator's camera, as SVG."""
    drawn = segno.make(link_of(secret, account), error="m")
    return drawn.svg_inline(scale=4, border=4, light="#ffffff", dark="#000000")


def step_of(secret: str, code: str, at: datetime, last_step: int) -> int | None:
    """The step that the code is of, to be kept as the last one; None: it is not good."""
    now_step = int(at.timestamp()) // STEP_S
    totp = pyotp.TOTP(secret)
    given = code.replace(" ", "").encode()
    for drift in _DRIFT:
        step = now_step + drift
        if step > last_step and hmac.compare_digest(totp.at(step * STEP_S).encode(), given):
            return step
    return None
