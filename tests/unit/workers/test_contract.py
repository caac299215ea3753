"""What agents and workers tell each other survives the way."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.contract import (
    ANY_LANGUAGE,
    TASKS,
    RecognizeWork,
    Reply,
    ReplyKind,
    RespondWork,
    Stage,
    SynthesizeWork,
    Work,
    audio_key,
    cancel_key,
    reply_stream,
    serving_language,
    worker_key,
)

words = st.text(max_size=30)
moments_s = st.floats(0, 4e9)
common = {"work_id": words, "call_id": words, "reply_to": words, "deadline_at_s": moments_s}
works = st.one_of(
    st.builds(RecognizeWork, **common, encoding=words, language=words, hint=words),
    st.builds(
        RespondWork,
        **common,
        messages=st.lists(st.dictionaries(words, words, max_size=2), max_size=4),
        max_tokens=st.integers(0, 4_096),
        temperature=st.floats(0, 2),
        grammar=st.none() | words,
    ),
    st.builds(SynthesizeWork, **common, text=words, language=words, voice=words, encoding=words),
)
replies = st.builds(
    Reply,
    work_id=words,
    kind=st.sampled_from(ReplyKind),
    text=words,
    audio=st.binary(max_size=50),
    confidence=st.floats(0, 1),
    reason=words,
    queued_ms=st.integers(0, 10**6),
    engine_ms=st.integers(0, 10**6),
)


@given(works)
def test_work_survives_json(work: Work) -> None:
    assert type(work).from_dict(json.loads(json.dumps(work.to_dict()))) == work


@given(replies)
def test_a_reply_survives_its_stream(reply: Reply) -> None:
    stored = {
        name.encode(): value if isinstance(value, bytes) else value.encode()
        for name, value in reply.to_fields().items()
    }
    assert Reply.from_fields(stored) == reply


def test_a_field_that_nobody_knows_is_ignored() -> None:
    work = SynthesizeWork("w", "c", "a", 1.0, "Hello.", "en", "", "ulaw")
    assert SynthesizeWork.from_dict({**work.to_dict(), "later": 1}) == work


def test_work_that_lacks_a_field_is_no_work() -> None:
    with pytest.raises(KeyError):
        SynthesizeWork.from_dict({"work_id": "w"})


def test_work_of_an_agent_that_knows_no_grammars_has_none() -> None:
    work = RespondWork("w", "c", "a", 1.0, [], 5, 0.0)
    message = {name: value for name, value in work.to_dict().items() if name != "grammar"}
    assert RespondWork.from_dict(message) == work


@pytest.mark.parametrize(
    ("language", "installed", "serving"),
    [
        ("en", ["de", "en"], "en"),
        ("en-US", ["en", "en-GB", "en-US"], "en-US"),
        ("en-us", ["en-US"], "en-US"),
        ("en-US", ["en-GB", "en"], "en"),
        ("en-US", ["en-GB"], "en-GB"),
        ("de", ["en", ANY_LANGUAGE, "de-AT"], "de-AT"),
        ("fr", ["en", ANY_LANGUAGE], ANY_LANGUAGE),
        ("eng", ["en"], None),
        ("fr", ["en", "de"], None),
        ("fr", [], None),
    ],
)
def test_a_language_is_served_by_what_is_nearest_to_it(
    language: str, installed: list[str], serving: str | None
) -> None:
    assert serving_language(language, installed) == serving


languages = st.from_regex(r"[a-z]{2}(-[A-Z]{2})?", fullmatch=True)


@given(languages, st.lists(languages, max_size=5))
def test_only_the_same_language_ever_serves(language: str, installed: list[str]) -> None:
    serving = serving_language(language, installed)
    if serving is None:
        assert all(one[:2] != language[:2] for one in installed)
    else:
        assert serving in installed
        assert serving[:2] == language[:2]


@given(words, words)
def test_no_two_works_share_a_key(one: str, other: str) -> None:
    if one != other:
        keys = [key(work) for key in (audio_key, cancel_key) for work in (one, other)]
        assert len(set(keys)) == 4
        assert reply_stream(one) != reply_stream(other)


def test_every_stage_has_a_task_and_leases_of_its_own() -> None:
    assert set(TASKS) == set(Stage)
    assert len({worker_key(stage, "w") for stage in Stage}) == len(Stage)
