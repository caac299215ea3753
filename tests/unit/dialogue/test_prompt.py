"""What the language model is told."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.sample_business import a_business
from voicebot.dialogue.guard import Pass, review
from voicebot.dialogue.history import Exchange
from voicebot.dialogue.prompt import DROPPED_AT_ONCE, MAX_EXCHANGES, messages_for, recent

BUSINESS = a_business()


def exchanges(count: int) -> list[Exchange]:
    return [Exchange(f"question {number}", f"answer {number}") for number in range(count)]


def test_the_model_hears_persona_history_and_question_in_order() -> None:
    messages = messages_for(BUSINESS, [Exchange("", "Hello."), Exchange("Hi", "Yes?")], "How?")
    assert messages[0]["role"] == "system"
    assert messages[0]["content"].startswith(BUSINESS.persona)
    assert messages[-4:] == [
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Yes?"},
        {"role": "user", "content": "How?"},
    ]


def test_what_nobody_heard_is_not_in_the_prompt() -> None:
    unheard = messages_for(BUSINESS, [Exchange("Hi", "")], "How?")
    assert unheard[-2:] == [{"role": "user", "content": "Hi"}, {"role": "user", "content": "How?"}]
    assert all(message["content"] for message in unheard)


def test_every_call_begins_with_the_same_prefix() -> None:
    fresh = messages_for(BUSINESS, [], "Hello")
    later = messages_for(BUSINESS, exchanges(20), "And now?")
    assert later[: len(fresh) - 1] == fresh[:-1]


def test_the_examples_say_only_what_may_be_said() -> None:
    messages = messages_for(BUSINESS, [], "")[1:-1]
    for asked, answered in zip(messages[::2], messages[1::2], strict=True):
        assert (asked["role"], answered["role"]) == ("user", "assistant")
        for sentence in answered["content"].replace("! ", "!|").replace(". ", ".|").split("|"):
            assert review(sentence, asked["content"]) == Pass()


@given(st.integers(0, 100))
def test_the_last_exchanges_are_kept_and_no_more_than_fit(count: int) -> None:
    history = exchanges(count)
    kept = recent(history)
    assert len(kept) <= MAX_EXCHANGES
    assert list(kept) == history[count - len(kept) :]
    assert len(kept) >= min(count, MAX_EXCHANGES - DROPPED_AT_ONCE + 1)


def test_the_prefix_changes_only_now_and_then_in_a_long_call() -> None:
    firsts = [recent(exchanges(count))[0] for count in range(1, 41)]
    changes = sum(earlier != later for earlier, later in pairwise(firsts))
    assert changes == (40 - MAX_EXCHANGES) // DROPPED_AT_ONCE
