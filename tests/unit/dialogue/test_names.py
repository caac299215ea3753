"""Which names and days a sentence holds."""

import pytest

from voicebot.dialogue.names import names_in


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Is Peter working with Maria today?", {"peter", "maria"}),
        ("The store in Denver", {"denver"}),
        ("Are you open on the fourth of July?", {"july"}),
        ("are you open at christmas", {"christmas"}),
        ("Are you open on Sunday or on Mondays?", set()),
        ("Paris is nice and I'm glad", set()),
        ("So I called Joan's brother", {"joan"}),
    ],
)
def test_names_and_special_days_are_found(text: str, names: set[str]) -> None:
    assert names_in(text) == names
