"""What callers of a business may ask for."""

from tests.fakes.sample_business import a_business
from voicebot.dialogue.actions import action_of, actions_of
from voicebot.dialogue.answers import FactIndex, TellFact, choose, questions_of
from voicebot.dialogue.prompt import grammar_for


def names(**changes: object) -> set[str]:
    return {action.name for action in actions_of(a_business(**changes))}


def test_a_business_offers_what_its_file_allows() -> None:
    assert names() == {"transfer-workshop", "operator", "message", "callback"}
    assert names(takes_messages=False) == {"transfer-workshop", "operator"}
    assert names(operator=None, transfers=[]) == {"message", "callback"}
    recording = {"enabled": True, "announcement": "This call is recorded."}
    assert "pause-recording" in names(recording=recording)


def test_an_action_is_no_fact() -> None:
    actions = actions_of(a_business())
    assert action_of(actions, "address") is None
    assert action_of(actions, "operator") is None, "only with its mark"
    found = action_of(actions, "@operator")
    assert found is not None
    assert found.offer == "connect you with a mechanic"


def test_a_request_in_its_own_words_is_found_before_any_fact() -> None:
    business = a_business()
    actions = actions_of(business)
    questions = questions_of(business, actions)
    vectors = [[float(one == other) for other in questions] for one in questions]
    index = FactIndex(business, vectors, actions)
    for action in actions:
        for request in action.requests:
            vector = vectors[questions.index(request)]
            assert choose(index.nearest(vector, request)) == TellFact(action.id)


def test_the_model_may_only_name_an_action_or_say_a_sentence() -> None:
    grammar = grammar_for(actions_of(a_business()))
    assert 'root ::= "@transfer-workshop" | "@operator"' in grammar
    assert grammar_for(()).startswith("root ::= sentence\n")
