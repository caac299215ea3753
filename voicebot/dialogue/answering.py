"""What is the answer to what the caller said?

The surest source comes first: a short form that means one thing only, then the
business's own facts. None says that the next source must be asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from voicebot.calls.model import AnswerSource, Route, Tier, TurnRecord
from voicebot.dialogue.actions import Action, action_of
from voicebot.dialogue.answers import Candidate, NoFact, OfferFact, TellFact, choose
from voicebot.dialogue.business import Business
from voicebot.dialogue.intents import Intent, recognise_intent
from voicebot.dialogue.routing import Why

SHORT_FORM = Route(Tier.SCRIPT, Why.SHORT_FORM)


@dataclass(frozen=True, slots=True)
class Answer:
    """Words for the caller, and where they came from: private."""

    text: str
    source: AnswerSource = AnswerSource.SCRIPT
    fact_id: str | None = None
    offered_fact_id: str | None = None  # the caller is asked whether this fact is meant
    is_farewell: bool = False
    route: Route = SHORT_FORM


@dataclass(frozen=True, slots=True)
class Do:
    """Not words, but this action."""

    action: Action


def answer_at_once(
    business: Business,
    heard: str,
    at: datetime,
    *,
    actions: Sequence[Action] = (),
    offered_fact_id: str | None,
    last: TurnRecord | None,
) -> Answer | Do | None:
    """The answer to words that say only one thing; None: the facts must be looked up.

    `offered_fact_id`: the fact or action that the caller was asked about before.
    `last`: the turn before.
    """
    phrases = business.phrases
    match recognise_intent(heard):
        case Intent.YES if offered_fact_id is not None:
            return _found(business, actions, offered_fact_id, at)
        case Intent.NO | Intent.DECLINE if offered_fact_id is not None:
            return Answer(phrases.ask_again)
        case Intent.GOODBYE | Intent.DECLINE:
            return Answer(phrases.farewell, is_farewell=True)
        case Intent.THANKS:
            return Answer(phrases.welcome)
        case Intent.REPEAT if last is not None:
            return Answer(last.said, last.source, last.fact_id)
    return None


def answer_from_facts(
    business: Business,
    actions: Sequence[Action],
    candidates: Sequence[Candidate],
    at: datetime,
) -> Answer | Do | None:
    """The answer that the business has given itself, or the action that is wanted; None: the
    model must be asked."""
    match choose(candidates):
        case TellFact(found_id):
            return _found(business, actions, found_id, at)
        case OfferFact(found_id):
            action = action_of(actions, found_id)
            if action is not None:
                question = business.phrases.shall_i.format(offer=action.offer)
            else:
                topic = business.fact(found_id).topic
                question = business.phrases.do_you_mean.format(topic=topic)
            return Answer(question, offered_fact_id=found_id, route=Route(Tier.FACT, Why.NEAR))
        case NoFact():
            return None


def told(business: Business, fact_id: str, at: datetime) -> Answer:
    """A fact in the business's own words; raises KeyError for an unknown one."""
    text = business.fact(fact_id).spoken(business.hours, at)
    return Answer(text, AnswerSource.FACT, fact_id, route=Route(Tier.FACT, Why.SURE))


def _found(
    business: Business, actions: Sequence[Action], found_id: str, at: datetime
) -> Answer | Do:
    action = action_of(actions, found_id)
    return Do(action) if action is not None else told(business, found_id, at)
