"""With which exit code does a program of ours end that cannot work, and what does it say?"""

import sys
from typing import Final

from workers.errors import SettingsInvalid, WorkerError, WorkFailed

EXIT_SETTINGS_INVALID: Final = 2
EXIT_ENGINE_MISSING: Final = 3


def explained(error: WorkerError, language: str = "") -> int:
    """Tells on standard error what is missing, for this language; the exit code."""
    if isinstance(error, WorkFailed):
        print(f"{error}: nothing is installed for {language}", file=sys.stderr)
        return EXIT_ENGINE_MISSING
    print(f"{error.code}: {error}", file=sys.stderr)
    return EXIT_SETTINGS_INVALID if isinstance(error, SettingsInvalid) else EXIT_ENGINE_MISSING
