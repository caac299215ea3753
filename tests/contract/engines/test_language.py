"""What every language model does."""

import threading

import pytest

from workers.contract import FailureReason
from workers.errors import EngineMissing, WorkFailed
from workers.llm.engine import LanguageEngine
from workers.llm.gguf import TOKENS_PER_SLOT
from workers.llm.openai_engine import OpenAiEngine
from workers.llm.xllamacpp_engine import XllamacppEngine

SYSTEM = {"role": "system", "content": "You are the assistant of a bicycle shop."}
STORY = [SYSTEM, {"role": "user", "content": "Tell me a long story about a bicycle."}]

# llama-cpp-python does not tell what a streamed reply took.
TELL = pytest.mark.parametrize("engine", ["xllamacpp_engine", "openai_engine"])


def generated(
    engine: LanguageEngine,
    *,
    max_tokens: int,
    stop_after: int = 10_000,
    call_id: str = "c1",
    grammar: str | None = None,
) -> list[str]:
    pieces: list[str] = []

    def emit(text: str) -> bool:
        pieces.append(text)
        return len(pieces) < stop_after

    engine.generate(
        call_id, STORY, max_tokens=max_tokens, temperature=0.0, emit=emit, grammar=grammar
    )
    return pieces


def test_a_reply_comes_in_pieces_and_ends_at_its_limit(language_model: LanguageEngine) -> None:
    language_model.warm_up()
    pieces = generated(language_model, max_tokens=8)
    assert 2 <= len(pieces) <= 8
    assert all(pieces)


def test_no_piece_comes_once_no_more_is_wanted(language_model: LanguageEngine) -> None:
    assert len(generated(language_model, max_tokens=200, stop_after=3)) == 3


def test_a_model_that_was_stopped_goes_on_with_the_next(language_model: LanguageEngine) -> None:
    for _ in range(3):
        generated(language_model, max_tokens=200, stop_after=1)
    assert len(generated(language_model, max_tokens=5)) >= 2


def test_a_warm_prefix_changes_nothing_of_the_reply(language_model: LanguageEngine) -> None:
    before = generated(language_model, max_tokens=8)
    language_model.warm_prefix([SYSTEM])
    assert generated(language_model, max_tokens=8) == before


def test_several_calls_are_answered_at_once(language_model: LanguageEngine) -> None:
    replies: dict[str, list[str]] = {}

    def call(call_id: str) -> None:
        replies[call_id] = generated(language_model, max_tokens=6, call_id=call_id)

    threads = [threading.Thread(target=call, args=(f"c{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert set(replies) == {f"c{n}" for n in range(4)}
    assert all(replies.values())


@TELL
def test_what_a_reply_took_is_told(request: pytest.FixtureRequest, engine: str) -> None:
    language_model: LanguageEngine = request.getfixturevalue(engine)
    for _ in range(2):  # a prompt that is remembered counts as one that is new
        took = language_model.generate(
            "c1", STORY, max_tokens=6, temperature=0.0, emit=lambda _: True
        )
        assert took is not None
        assert took.prompt > len(" ".join(one["content"] for one in STORY).split())
        assert took.reply == 6


@TELL
def test_a_reply_that_was_stopped_is_counted_as_far_as_it_came(
    request: pytest.FixtureRequest, engine: str
) -> None:
    language_model: LanguageEngine = request.getfixturevalue(engine)
    took = language_model.generate(
        "c1", STORY, max_tokens=200, temperature=0.0, emit=lambda _: False
    )
    assert took is not None
    assert 1 <= took.reply < 200


def test_messages_that_are_none_are_refused(language_model: LanguageEngine) -> None:
    with pytest.raises(WorkFailed) as failure:
        language_model.generate(
            "c1", [{"nonsense": "x"}], max_tokens=5, temperature=0.0, emit=lambda _: True
        )
    assert failure.value.reason is FailureReason.BAD_REQUEST


def test_a_grammar_leaves_the_model_only_the_choice(language_model: LanguageEngine) -> None:
    grammar = 'root ::= "[transfer sales]" | "[goodbye]"'
    said = "".join(generated(language_model, max_tokens=40, grammar=grammar))
    assert said in ("[transfer sales]", "[goodbye]")


def test_a_grammar_binds_its_own_reply_alone(language_model: LanguageEngine) -> None:
    before = generated(language_model, max_tokens=6)
    generated(language_model, max_tokens=6, grammar='root ::= "[goodbye]"')
    assert generated(language_model, max_tokens=6) == before


@pytest.mark.parametrize("grammar", ["root ::= (", 'root ::= "a" nowhere', "nonsense"])
def test_a_grammar_that_is_none_is_refused(language_model: LanguageEngine, grammar: str) -> None:
    with pytest.raises(WorkFailed) as failure:
        generated(language_model, max_tokens=5, grammar=grammar)
    assert failure.value.reason is FailureReason.BAD_REQUEST
    assert generated(language_model, max_tokens=3)


def test_an_error_of_whoever_takes_the_text_comes_through(language_model: LanguageEngine) -> None:
    def broken(text: str) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        language_model.generate("c1", STORY, max_tokens=5, temperature=0.0, emit=broken)


@pytest.mark.parametrize("engine", ["xllamacpp_engine", "llama_cpp_engine", "openai_engine"])
def test_a_conversation_too_long_for_the_model_is_refused(
    request: pytest.FixtureRequest, engine: str
) -> None:
    model: LanguageEngine = request.getfixturevalue(engine)
    endless = [SYSTEM, {"role": "user", "content": "word " * (2 * TOKENS_PER_SLOT)}]
    with pytest.raises(WorkFailed) as failure:
        model.generate("c1", endless, max_tokens=5, temperature=0.0, emit=lambda _: True)
    assert failure.value.reason is FailureReason.BAD_REQUEST


def test_weights_that_are_absent_are_named() -> None:
    with pytest.raises(EngineMissing, match=r"/no/such\.gguf.*VOICEBOT_LLM_WEIGHTS"):
        XllamacppEngine(threads=1, slots=1, weights="/no/such.gguf")


def test_the_server_s_way_of_taking_a_grammar_is_found_out(openai_engine: OpenAiEngine) -> None:
    assert openai_engine.dialect is not None
    assert openai_engine.dialect.server == "llama-server"


def test_a_wrong_key_is_found_out_at_the_start(openai_server: str) -> None:
    with pytest.raises(EngineMissing):
        OpenAiEngine(openai_server, model="", api_key="wrong", slots=1)


def test_the_server_s_first_model_is_taken_when_none_is_named(openai_engine: OpenAiEngine) -> None:
    assert "SmolLM2" in openai_engine.model
