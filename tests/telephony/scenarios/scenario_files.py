"""Which scenarios are there, and what does SIPp get of one?

A scenario file says what is peculiar to it; what all share is in `parts/`, one file each, and is
put where the scenario names it: `{{bye}}`, or `{{refused STATUS=404}}` with a value for the part's
`{STATUS}`.
"""

import re
from pathlib import Path

SCENARIOS_DIR = Path(__file__).parent
_PARTS_DIR = SCENARIOS_DIR / "parts"
_PART = re.compile(r"\{\{([\w-]+)((?: \w+=[^ }]+)*)\}\}")


def names() -> list[str]:
    """Every scenario, in the order of their names."""
    return sorted(path.stem for path in SCENARIOS_DIR.glob("*.xml"))


def text_of(name: str) -> str:
    """The whole scenario, as SIPp reads it."""
    return _expanded((SCENARIOS_DIR / f"{name}.xml").read_text())


def _expanded(text: str) -> str:
    return _PART.sub(_part, text)


def _part(named: re.Match[str]) -> str:
    path = next(_PARTS_DIR.glob(f"{named[1]}.*"), None)
    assert path is not None, f"no part is called {named[1]!r}"
    text = path.read_text().removesuffix("\n")
    for value in named[2].split():
        key, _, meant = value.partition("=")
        text = text.replace(f"{{{key}}}", meant)
    return _expanded(text)
