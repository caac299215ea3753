import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue import guard, misfortune


@pytest.mark.parametrize(
    "heard",
    [
        "I fell off my bike last summer and broke my arm.",
        "My dog died yesterday.",
        "I am so tired of the rain.",
        "Somebody has stolen my bicycle!",
        "It was a terrible day.",
    ],
)
def test_a_misfortune_is_known_and_nobody_is_glad_of_it(heard: str) -> None:
    assert misfortune.is_told_of(heard)
    assert guard.review("That's wonderful!", heard) == guard.Withhold(guard.Reason.TONE)
    assert guard.review("I'm sorry to hear that.", heard) == guard.Pass()


@pytest.mark.parametrize(
    "heard",
    [
        "I had a lovely day at the lake.",
        "It was not terrible at all.",
        "I am never tired.",
        "My skill is no longer awful.",
        "We still ride every week.",
    ],
)
def test_what_is_no_misfortune_may_be_called_wonderful(heard: str) -> None:
    assert not misfortune.is_told_of(heard)
    assert guard.review("That's wonderful!", heard) == guard.Pass()


@given(st.text(), st.text(max_size=40))
def test_what_is_said_glad_of_a_misfortune_never_passes(around: str, more: str) -> None:
    heard = f"My dog died. {around}"
    assert guard.review(f"That's wonderful! {more}", heard) != guard.Pass()
