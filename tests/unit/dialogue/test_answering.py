"""Where the answer to what the caller said comes from."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.call_world import SAYINGS
from tests.fakes.sample_business import a_business
from tests.fakes.sample_calls import a_turn
from voicebot.calls.model import AnswerSource, Route, Tier, TurnRecord
from voicebot.dialogue.actions import actions_of
from voicebot.dialogue.answering import Answer, Do, answer_at_once, answer_from_facts
from voicebot.dialogue.answers import Candidate
from voicebot.dialogue.routing import Why

BUSINESS = a_business()
PHRASES = BUSINESS.phrases
# A Monday, 11:00 and 20:00 in Chicago.
OPEN_AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
CLOSED_AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SURE, NEAR = Route(Tier.FACT, Why.SURE), Route(Tier.FACT, Why.NEAR)
ADDRESS = Answer("We are at forty two Harbor Street.", AnswerSource.FACT, "address", route=SURE)
ACTIONS = actions_of(BUSINESS)
FOUND = (
    (),
    (Candidate("address", 0.9), Candidate("repairs", 0.1)),
    (Candidate("repairs", 0.8),),
    (Candidate("open-now", 0.5),),
    (Candidate("address", 0.3),),
)


def at_once(
    heard: str, *, offered: str | None = None, last: TurnRecord | None = None
) -> Answer | Do | None:
    return answer_at_once(BUSINESS, heard, OPEN_AT, offered_fact_id=offered, last=last)


@pytest.mark.parametrize(
    ("heard", "offered", "answer"),
    [
        ("Yes, please.", "address", ADDRESS),
        ("No.", "address", Answer(PHRASES.ask_again)),
        ("No, thanks.", "address", Answer(PHRASES.ask_again)),
        ("No, thanks.", None, Answer(PHRASES.farewell, is_farewell=True)),
        ("Goodbye!", "address", Answer(PHRASES.farewell, is_farewell=True)),
        ("Thank you so much.", None, Answer(PHRASES.welcome)),
        ("Yes.", None, None),
        ("No.", None, None),
        ("What was that?", None, None),
        ("Where are you?", "address", None),
    ],
)
def test_short_forms_are_answered_at_once(
    heard: str, offered: str | None, answer: Answer | None
) -> None:
    assert at_once(heard, offered=offered) == answer


def test_the_last_answer_is_repeated_as_it_was_meant() -> None:
    last = a_turn()
    assert at_once("Pardon?", last=last) == Answer(last.said, last.source, last.fact_id)


def test_a_fact_that_fits_is_told_in_the_business_s_words_of_the_hour() -> None:
    found = (Candidate("open-now", 0.9),)
    for at, text in ((OPEN_AT, "Yes, we are open right now."), (CLOSED_AT, "No, the shop is")):
        answer = answer_from_facts(BUSINESS, ACTIONS, found, at)
        assert isinstance(answer, Answer)
        assert answer.text.startswith(text)
        assert (answer.source, answer.fact_id) == (AnswerSource.FACT, "open-now")


def test_a_fact_that_may_fit_is_offered_and_not_told() -> None:
    answer = answer_from_facts(BUSINESS, ACTIONS, (Candidate("address", 0.5),), OPEN_AT)
    assert answer == Answer("Do you mean our address?", offered_fact_id="address", route=NEAR)


@pytest.mark.parametrize("found", [(), (Candidate("address", 0.1),)])
def test_what_no_fact_fits_goes_to_the_model(found: tuple[Candidate, ...]) -> None:
    assert answer_from_facts(BUSINESS, ACTIONS, found, OPEN_AT) is None


@given(
    st.sampled_from(SAYINGS),
    st.sampled_from([None, *(fact.id for fact in BUSINESS.facts)]),
    st.none() | st.just(a_turn()),
)
def test_an_answer_given_at_once_is_the_script_s_a_fact_s_or_the_last(
    heard: str, offered: str | None, last: TurnRecord | None
) -> None:
    answer = at_once(heard, offered=offered, last=last)
    if answer is None:
        return
    assert isinstance(answer, Answer)
    assert answer.text
    assert answer.source is not AnswerSource.MODEL
    assert answer.offered_fact_id is None, "an offer is not answered by another"
    assert answer.fact_id in {None, offered, None if last is None else last.fact_id}


@given(st.sampled_from(FOUND))
def test_a_fact_is_never_both_told_and_offered(found: tuple[Candidate, ...]) -> None:
    answer = answer_from_facts(BUSINESS, ACTIONS, found, OPEN_AT)
    if answer is not None:
        assert isinstance(answer, Answer)
        assert (answer.fact_id is None) != (answer.offered_fact_id is None)
        assert (answer.fact_id is None) == (answer.source is AnswerSource.SCRIPT)
        assert not answer.is_farewell


def test_an_action_that_is_surely_meant_is_done() -> None:
    answer = answer_from_facts(BUSINESS, ACTIONS, (Candidate("@operator", 0.9),), OPEN_AT)
    assert isinstance(answer, Do)
    assert answer.action.name == "operator"


def test_an_action_that_may_be_meant_is_asked_about_and_done_on_yes() -> None:
    answer = answer_from_facts(BUSINESS, ACTIONS, (Candidate("@message", 0.5),), OPEN_AT)
    assert answer == Answer("Shall I take a message?", offered_fact_id="@message", route=NEAR)
    agreed = answer_at_once(
        BUSINESS, "Yes.", OPEN_AT, actions=ACTIONS, offered_fact_id="@message", last=None
    )
    assert isinstance(agreed, Do)
    assert agreed.action.name == "message"
