"""Which passwords does this stack use, when nobody chose any?

Generated once, kept in `<state_dir>/secrets.env`, readable by their owner alone. A password that
is set elsewhere (the environment, voicebot.env) is left as it is.
"""

import base64
import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from voicebot.settings import Settings
from voicebot.stack.paths import StackPaths

# 32 characters of 64: 192 bits.
_PASSWORD_BYTES = 24
GENERATED = ("ari_password", "ami_password", "probe_password", "redis_password", "webhook_secret")


def with_generated_secrets(settings: Settings) -> Settings:
    """The settings with every password filled in; new ones are written down first."""
    missing = [name for name in GENERATED if not getattr(settings, name).get_secret_value()]
    if not missing:
        return settings
    passwords = {name: _new(name) for name in missing}
    _append(
        StackPaths.of(settings).secrets,
        [f"VOICEBOT_{name.upper()}={password}" for name, password in passwords.items()],
    )
    return settings.model_copy(
        update={name: SecretStr(password) for name, password in passwords.items()}
    )


def _new(name: str) -> str:
    if name == "webhook_secret":
        # In the form that receivers' libraries take (standardwebhooks.com).
        return f"whsec_{base64.b64encode(secrets.token_bytes(_PASSWORD_BYTES)).decode()}"
    return secrets.token_urlsafe(_PASSWORD_BYTES)


def _append(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with open(descriptor, "a") as file:
        os.fchmod(descriptor, 0o600)
        file.write("".join(f"{line}\n" for line in lines))
