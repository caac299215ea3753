"""What waiting callers want, and what they say to others in the room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.waiting_wishes import (
    ASKED_CONFIDENCE,
    SURE_CONFIDENCE,
    SpokenWish,
    wish_of,
)

SURE = 0.9


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Call me back.", SpokenWish.CALL_BACK),
        ("Yes, please call me back.", SpokenWish.CALL_BACK),
        ("Can you call me back, please?", SpokenWish.CALL_BACK),
        ("I'd like a callback.", SpokenWish.CALL_BACK),
        ("I would like to be called back", SpokenWish.CALL_BACK),
        ("One.", SpokenWish.CALL_BACK),
        ("I'll stay on the line.", SpokenWish.STAY),
        ("I will wait.", SpokenWish.STAY),
        ("Operator.", SpokenWish.OPERATOR),
        ("I want to speak to a real person, please.", SpokenWish.OPERATOR),
        ("Can I talk to somebody?", SpokenWish.OPERATOR),
        ("Leave a message.", SpokenWish.MESSAGE),
        ("I'd like to leave a message", SpokenWish.MESSAGE),
    ],
)
def test_a_wish_is_known_however_it_is_put(text: str, wish: SpokenWish) -> None:
    assert wish_of(text, SURE, is_asked=False) is wish


@pytest.mark.parametrize(
    "text",
    [
        "",
        "He said he would call me back tomorrow.",
        "Did they call me back yesterday?",
        "Tell the operator of the crane to stop.",
        "There is a message for you on the fridge.",
        "Stay away from the stove!",
        "I am on the line with the bike shop.",
        "Yes.",
        "No, thanks.",
        "Wait.",
        "Hold on.",
        "Press one or say, call me back, and we will call you back.",
        "Press zero or say, operator, for a person.",
        "You want to speak with a person. Press zero or say yes.",
    ],
)
def test_what_is_said_to_others_or_played_is_no_wish(text: str) -> None:
    assert wish_of(text, SURE, is_asked=False) is None


@pytest.mark.parametrize(
    ("text", "wish"),
    [("Yes.", SpokenWish.YES), ("Yeah, sure.", SpokenWish.YES), ("No.", SpokenWish.NO)],
)
def test_yes_and_no_count_once_something_was_asked(text: str, wish: SpokenWish) -> None:
    assert wish_of(text, SURE, is_asked=True) is wish
    assert wish_of(text, SURE, is_asked=False) is None


@given(st.text(), st.floats(0, 1), st.booleans())
def test_any_text_is_borne(text: str, confidence: float, is_asked: bool) -> None:
    wish = wish_of(text, confidence, is_asked=is_asked)
    if wish is not None:
        is_answer = wish in (SpokenWish.YES, SpokenWish.NO)
        assert confidence >= (ASKED_CONFIDENCE if is_answer else SURE_CONFIDENCE)


@given(st.sampled_from(["please", "well", "okay", "um"]), st.booleans())
def test_courtesies_change_no_wish(courtesy: str, is_before: bool) -> None:
    text = f"{courtesy} call me back" if is_before else f"call me back {courtesy}"
    assert wish_of(text, SURE, is_asked=False) is SpokenWish.CALL_BACK


@given(st.lists(st.sampled_from(["the", "shop", "told", "him", "that"]), min_size=1, max_size=6))
def test_a_wish_within_a_sentence_is_none(words: list[str]) -> None:
    assert wish_of(" ".join([*words, "call me back"]), SURE, is_asked=False) is None
