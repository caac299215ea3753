"""Is everything installed that a business's language needs?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_business import a_business
from voicebot.inference.languages import check_languages, language_missing
from voicebot.inference.ready_workers import ReadyWorker
from workers.contract import ANY_LANGUAGE, Stage

languages = st.sampled_from(["en", "en-GB", "de", "fr", ANY_LANGUAGE])


def worker(*served: str) -> ReadyWorker:
    return ReadyWorker("host-1", "engine", "model", 2, 6, 7, served)


def test_a_business_whose_language_every_stage_serves_lacks_nothing() -> None:
    ready = {Stage.STT: [worker("en")], Stage.LLM: [worker(ANY_LANGUAGE)], Stage.TTS: []}
    assert check_languages([a_business()], ready) == ()


def test_what_each_stage_lacks_is_named_once() -> None:
    ready = {stage: [worker("en")] for stage in Stage}
    businesses = [a_business(language=language) for language in ("en-US", "de", "de")]
    missing = check_languages(businesses, ready)
    assert [(one.stage, one.language) for one in missing] == [
        (stage.value, "de") for stage in Stage
    ]


def test_a_language_counts_only_when_every_worker_serves_it() -> None:
    ready = {Stage.TTS: [worker("en", "de"), worker("en")]}
    (missing,) = check_languages([a_business(language="de")], ready)
    assert missing.stage == "tts"


@pytest.mark.parametrize("stage", list(Stage))
def test_the_error_says_what_to_install(stage: Stage) -> None:
    error = language_missing(stage, "de")
    assert f"VOICEBOT_{stage.value.upper()}_" in str(error)
    assert '"de"' in error.remedy
    assert (error.code, error.retryable) == ("language-missing", False)


@given(st.dictionaries(st.sampled_from(Stage), st.lists(st.lists(languages, max_size=3))))
def test_a_further_worker_never_adds_a_language(served: dict[Stage, list[list[str]]]) -> None:
    ready = {stage: [worker(*one) for one in pool] for stage, pool in served.items()}
    german = [a_business(language="de")]
    before = {one.stage for one in check_languages(german, ready)}
    more = {stage: [*pool, worker("en")] for stage, pool in ready.items()}
    assert before <= {one.stage for one in check_languages(german, more)}
