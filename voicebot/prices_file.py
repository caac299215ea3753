"""Reads the file of prices."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from voicebot.costs.prices import Prices
from voicebot.errors import ConfigurationError
from voicebot.yaml_places import line_of


def load_prices(path: Path) -> Prices:
    """Raises ConfigurationError, which names each fault and its line."""
    try:
        text = path.read_text(encoding="utf-8")
        document = yaml.safe_load(text)
        return Prices.model_validate(document)
    except OSError as error:
        raise ConfigurationError(f"the prices file cannot be read: {error}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path} is no YAML: {error}") from error
    except ValidationError as error:
        faults = "\n".join(
            f"  line {line_of(text, fault['loc'])}: {'.'.join(map(str, fault['loc']))}: "
            f"{fault['msg']}"
            for fault in error.errors()
        )
        raise ConfigurationError(f"{path} cannot be used:\n{faults}") from error
