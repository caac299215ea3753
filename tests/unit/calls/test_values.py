"""Events, commands and records are values: model, events and commands."""

from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import Any, get_args

import pytest

from tests.fakes.sample_calls import a_record, a_turn
from tests.unit.calls import wire
from tests.unit.calls.test_transitions import ONE_OF_EACH
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls import model

KINDS: tuple[type[Any], ...] = (*get_args(on.CallEvent), *get_args(do.Command))
RECORDS = (model.CallFacts, model.StageTimings, model.TurnRecord, model.CallRecord)


@pytest.mark.parametrize("kind", [*KINDS, *RECORDS])
def test_what_travels_is_frozen_and_documented(kind: type[Any]) -> None:
    assert is_dataclass(kind)
    assert "__dict__" not in dir(kind), "slots keep a misspelt field from being set"
    assert kind.__doc__
    assert not kind.__doc__.startswith(f"{kind.__name__}("), "says what it means, not its fields"


def test_a_value_cannot_be_changed() -> None:
    event: Any = on.HungUp(16)
    with pytest.raises(FrozenInstanceError):
        event.cause = 17


@pytest.mark.parametrize("event", ONE_OF_EACH)
def test_events_can_be_sent_to_another_process(event: on.CallEvent) -> None:
    assert wire.load_event(wire.dump(event)) == event


def test_events_and_commands_are_no_kin() -> None:
    names = [kind.__name__ for kind in KINDS]
    assert len(names) == len(set(names))


def test_stages_that_did_not_run_have_no_time() -> None:
    timings = model.StageTimings()
    assert all(getattr(timings, field.name) is None for field in fields(timings))


def test_a_record_holds_its_turns_in_order() -> None:
    record = a_record(turns=3)
    assert record.turns == (a_turn(0), a_turn(1), a_turn(2))
    assert record.voicemail is None


def test_outcomes_and_sources_are_stable_words() -> None:
    assert {str(outcome) for outcome in model.Outcome} == {
        "resolved",
        "message_taken",
        "transferred",
        "callback_booked",
        "abandoned",
        "failed",
    }
    assert {str(source) for source in model.AnswerSource} == {
        "script",
        "fact",
        "model",
        "retrieved",
    }
    assert {str(tier) for tier in model.Tier} == {
        "script",
        "fact",
        "retrieved",
        "llm.small",
        "llm.large",
    }
    assert {str(who) for who in model.HandledBy} == {"agent", "operator", "dialplan"}
