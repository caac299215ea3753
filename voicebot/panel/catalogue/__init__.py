"""What does the panel say, in which language?

One YAML file a language, each with the same keys; what is missing is our own bug.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml

FALLBACK: Final = "en"
LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "de": "Deutsch"}
_TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    language: yaml.safe_load((Path(__file__).parent / f"{language}.yaml").read_text("utf-8"))
    for language in LANGUAGES
}


def texts(language: str) -> Mapping[str, str]:
    return _TEXTS[language]


def text(language: str, key: str, **values: object) -> str:
    return _TEXTS[language][key].format(**values)


def named(language: str, kind: str, code: str) -> str:
    """A stable code in words; as it is where there are none for it."""
    return _TEXTS[language].get(f"{kind}.{code}", code)


def language_of(chosen: str | None, accepted: str | None) -> str:
    """By the reader's own choice, else by what the browser accepts, in its order."""
    if chosen is not None and chosen in LANGUAGES:
        return chosen
    for wish in (accepted or "").split(","):
        language = wish.partition(";")[0].strip().partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return FALLBACK
