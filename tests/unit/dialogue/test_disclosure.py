"""Callers learn that a machine speaks."""

import pytest

from tests.fakes.sample_business import a_business
from voicebot.dialogue.disclosure import DISCLOSURE, disclosed


def test_an_agent_that_does_not_say_so_has_it_said() -> None:
    assert disclosed(a_business(), "Hi, Lakeside here.") == f"{DISCLOSURE} Hi, Lakeside here."


@pytest.mark.parametrize("opening", ["I am a machine.", "Your automated assistant speaking."])
def test_an_agent_that_says_so_itself_speaks_as_it_likes(opening: str) -> None:
    assert disclosed(a_business(), opening) == opening
