"""A program that cannot work says why, and ends with a code for it."""

import pytest

from workers.contract import FailureReason
from workers.errors import EngineMissing, SettingsInvalid, WorkerError, WorkFailed
from workers.exit_codes import EXIT_ENGINE_MISSING, EXIT_SETTINGS_INVALID, explained


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (
            SettingsInvalid("VOICEBOT_STT_THREADS"),
            EXIT_SETTINGS_INVALID,
            "settings-invalid: VOICEBOT_STT_THREADS\n",
        ),
        (
            EngineMissing("no weights", "Install them."),
            EXIT_ENGINE_MISSING,
            "engine-missing: no weights. Install them.\n",
        ),
        (
            WorkFailed(FailureReason.LANGUAGE_UNSUPPORTED),
            EXIT_ENGINE_MISSING,
            "language-unsupported: nothing is installed for de\n",
        ),
    ],
)
def test_each_error_is_told_with_its_remedy(
    error: WorkerError, code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explained(error, "de") == code
    assert capsys.readouterr().err == told
