"""Reads a business file: YAML in, a validated Business out."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from voicebot.dialogue.business import Business
from voicebot.errors import BusinessFileInvalid


def load_business(path: Path) -> Business:
    """Raises BusinessFileInvalid, naming every problem with its place."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BusinessFileInvalid(str(path), ("there is no such file",)) from error
    except OSError as error:
        reason = f"it cannot be read: {error.strerror}"
        raise BusinessFileInvalid(str(path), (reason,)) from error
    except (yaml.YAMLError, ValueError) as error:
        # ValueError: bytes that are no UTF-8, or a date that no calendar has.
        raise BusinessFileInvalid(str(path), (f"this is no YAML: {error}",)) from error
    if not isinstance(content, dict):
        raise BusinessFileInvalid(str(path), ("must be a mapping, beginning with name:",))
    try:
        return Business.model_validate(content)
    except ValidationError as error:
        problems = tuple(
            f"{'.'.join(map(str, fault['loc'])) or 'the file'}: "
            f"{fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        )
        raise BusinessFileInvalid(str(path), problems) from error
