"""Every setting of every process is documented."""

import pytest

from voicebot.settings import Settings
from workers.settings import WorkerSettings

FIELDS = [
    pytest.param(field.description, id=f"{settings.__name__}.{name}")
    for settings in (Settings, WorkerSettings)
    for name, field in settings.model_fields.items()
]


@pytest.mark.parametrize("description", FIELDS)
def test_every_setting_says_what_it_is_for(description: str | None) -> None:
    assert description is not None
    assert len(description) > 8
    assert description.endswith(".")
