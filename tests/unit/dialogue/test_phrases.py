"""Where speech may be cut."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.dialogue.phrases import (
    LONGEST_LIVE_CHARS,
    SHORTEST_LIVE_CHARS,
    SHORTEST_PHRASE_CHARS,
    PhraseSplitter,
    split,
)

WORDS = st.sampled_from(
    [
        *("Hello", "we", "are", "open", "Dr.", "St.", "p.m.", "18.50", "1,000", "No.", "7", "e.g."),
        *("yes,", "then;", "there.", "now!", "who?", 'said "hi."', "wait...", "(really!)", "10:30"),
        *("a", "considerably", "longer", "sentence", "follows,", "perhaps", "-", ",", ".", "Mr."),
    ]
)
SPOKEN = st.lists(WORDS, max_size=40).map(" ".join)
TEXTS = SPOKEN | st.text()


def stream(text: str, cuts: list[int]) -> list[str]:
    """The phrases of a text that arrives in pieces."""
    splitter, phrases, place = PhraseSplitter(), [], 0
    for cut in sorted(cut % (len(text) + 1) for cut in cuts):
        phrases += splitter.receive(text[place:cut])
        place = cut
    return [*phrases, *splitter.receive(text[place:]), *splitter.finish()]


def test_sentences_are_phrases() -> None:
    assert split("We are open. Come in! Will you? Bye") == [
        "We are open.",
        "Come in!",
        "Will you?",
        "Bye",
    ]


def test_the_first_sentence_is_cut_at_a_clause_so_that_it_is_heard_early() -> None:
    text = "We are at forty two Harbor Street, right across from the boat landing."
    assert split(text) == [
        "We are at forty two Harbor Street,",
        "right across from the boat landing.",
    ]


def test_later_sentences_are_not_cut_at_clauses() -> None:
    second = "We are at forty two Harbor Street, right across from the boat landing."
    assert split(f"Hello. {second}") == ["Hello.", second]


@pytest.mark.parametrize(
    "text",
    [
        "Yes, we are open right now and until six.",
        "We are open now until six in the evening, too.",
        "Thank you, that is all.",
    ],
)
def test_a_first_phrase_is_not_chopped_into_words(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "It costs 18.50 and not 1,000.75 in all.",
        "Dr. Keller and Mrs. Jones are in St. Paul.",
        "We open at 9 a.m. on Mondays.",
        "Bring it in, e.g. on a Friday.",
        "It is at No. 42 there.",
        "Look at lakeside.example for it.",
        "We close at 10:30 in all.",
    ],
)
def test_decimals_and_abbreviations_do_not_end_a_sentence(text: str) -> None:
    assert split(text) == [text]


def test_closing_quotes_stay_with_their_sentence() -> None:
    assert split('He said "hello." Then he left.') == ['He said "hello."', "Then he left."]


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_is_no_phrase(text: str) -> None:
    assert split(text) == []


def test_a_phrase_is_given_out_as_soon_as_it_is_known_to_end() -> None:
    splitter = PhraseSplitter()
    assert splitter.receive("It costs 18.") == []
    assert splitter.receive("50. And") == ["It costs 18.50."]
    assert splitter.receive(" that") == []
    assert splitter.finish() == ["And that"]
    assert splitter.finish() == []


@given(TEXTS, st.lists(st.integers(0, 10_000), max_size=20))
def test_the_phrases_together_are_the_text(text: str, cuts: list[int]) -> None:
    assert " ".join(" ".join(stream(text, cuts)).split()) == " ".join(text.split())
    assert " ".join(" ".join(split(text)).split()) == " ".join(text.split())


@given(TEXTS, st.lists(st.integers(0, 10_000), max_size=20))
def test_no_phrase_is_empty_or_padded(text: str, cuts: list[int]) -> None:
    for phrase in (*split(text), *stream(text, cuts)):
        assert phrase
        assert phrase == phrase.strip()


@given(TEXTS, st.lists(st.integers(0, 10_000), max_size=20))
def test_streaming_cuts_wherever_the_whole_text_is_cut(text: str, cuts: list[int]) -> None:
    """It may cut once more: a clause can be given out before its sentence is known to be short."""
    whole, streamed = boundaries(split(text)), boundaries(stream(text, cuts))
    assert whole <= streamed
    assert len(streamed) <= len(whole) + 1


@given(TEXTS, st.lists(st.integers(0, 10_000), max_size=20))
def test_behind_the_first_phrase_cuts_fall_at_sentence_ends_only(
    text: str, cuts: list[int]
) -> None:
    phrases = stream(text, cuts)
    for phrase in phrases[1:-1]:
        assert re.search(r"[.!?][\"')\]]*$", phrase)


@given(SPOKEN)
def test_a_first_phrase_cut_at_a_clause_leaves_two_that_sound_natural(text: str) -> None:
    phrases = split(f"{text} end.")
    if phrases[0][-1] in ",;:":
        assert len(phrases[0]) >= SHORTEST_PHRASE_CHARS
        assert len(phrases[1]) >= SHORTEST_PHRASE_CHARS - 1


def boundaries(phrases: list[str]) -> set[int]:
    """After how many characters, spaces aside, the text is cut."""
    places, count = set(), 0
    for phrase in phrases[:-1]:
        count += len("".join(phrase.split()))
        places.add(count)
    return places


def test_what_is_still_being_written_is_given_out_at_its_first_clause() -> None:
    splitter = PhraseSplitter(is_live=True)
    assert splitter.receive("I am sorry to hear that, ") == ["I am sorry to hear that,"]
    assert splitter.receive("how did it happen? ") == ["how did it happen?"]


def test_a_long_sentence_that_is_still_being_written_goes_on_by_clauses() -> None:
    clause = "and then we rode along the lake until the sun went down behind the hills, "
    splitter = PhraseSplitter(is_live=True)
    assert splitter.receive("Hello there. ") == ["Hello there."]
    assert splitter.receive(clause * 2) == [clause.strip(), clause.strip()]


@given(SPOKEN, st.lists(st.integers(0, 10_000), max_size=20))
def test_live_phrases_are_the_text_and_cut_at_clauses_only_where_they_last(
    text: str, cuts: list[int]
) -> None:
    splitter, phrases, place = PhraseSplitter(is_live=True), [], 0
    for cut in sorted(cut % (len(text) + 1) for cut in cuts):
        phrases += splitter.receive(text[place:cut])
        place = cut
    phrases += [*splitter.receive(text[place:]), *splitter.finish()]
    assert " ".join(phrases).split() == text.split()
    for number, phrase in enumerate(phrases[:-1]):
        if phrase[-1] in ",;:":
            assert len(phrase) >= (LONGEST_LIVE_CHARS if number else SHORTEST_LIVE_CHARS)
