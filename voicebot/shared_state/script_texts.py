"""Where does the text of a script for Redis come from?"""

from pathlib import Path

_SCRIPTS = Path(__file__).parent / "scripts"


def script(kind: str, name: str) -> str:
    """One of a kind's, behind what all of that kind share."""
    common, own = (_SCRIPTS / f"{kind}_{each}.lua" for each in ("common", name))
    return common.read_text(encoding="utf-8") + own.read_text(encoding="utf-8")
