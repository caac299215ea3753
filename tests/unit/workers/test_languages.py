"""Which engine serves a language?"""

import pytest

from tests.fakes.engines import FakeSynthesisEngine
from workers.contract import FailureReason
from workers.errors import WorkFailed
from workers.languages import ByLanguage

ENGLISH, GERMAN = FakeSynthesisEngine(), FakeSynthesisEngine()
VOICES = ByLanguage({"en": ENGLISH, "en-GB": ENGLISH, "de": GERMAN})


@pytest.mark.parametrize(
    ("language", "engine"), [("en", ENGLISH), ("en-US", ENGLISH), ("de-AT", GERMAN)]
)
def test_each_language_has_its_engine(language: str, engine: FakeSynthesisEngine) -> None:
    assert VOICES.choose(language) is engine


def test_a_language_without_an_engine_is_refused() -> None:
    with pytest.raises(WorkFailed) as failure:
        VOICES.choose("fr")
    assert failure.value.reason is FailureReason.LANGUAGE_UNSUPPORTED


def test_an_engine_of_two_languages_is_counted_once() -> None:
    assert VOICES.distinct == (ENGLISH, GERMAN)
    assert VOICES.languages == ("en", "en-GB", "de")


def test_it_is_named_after_all_of_its_engines() -> None:
    other = FakeSynthesisEngine()
    other.name, other.model = "other", "voice"
    both = ByLanguage({"en": ENGLISH, "de": other})
    assert (both.name, both.model) == ("fake+other", "fake+voice")
    assert (VOICES.name, VOICES.model) == ("fake", "fake")


def test_every_engine_is_warmed_up_once() -> None:
    class Counting(FakeSynthesisEngine):
        warmed = 0

        def warm_up(self) -> None:
            self.warmed += 1

    engine = Counting()
    ByLanguage({"en": engine, "en-GB": engine}).warm_up()
    assert engine.warmed == 1
