import json
from dataclasses import replace
from datetime import timedelta

from tests.fakes.sample_calls import NOON
from tests.fakes.sample_messages import a_request
from voicebot.calls.model import CallbackEnding
from voicebot.hooks.callback_content import ending_body, ending_id

ENDING = CallbackEnding(a_request(), "expired", "attempts", 4, NOON)


def test_it_says_who_was_to_be_rung_and_what_became_of_it() -> None:
    content = json.loads(ending_body(ENDING))
    assert content["type"] == "callback.closed"
    assert content["timestamp"] == NOON.isoformat()
    data = content["data"]
    assert data["number"] == ENDING.request.number
    assert (data["outcome"], data["why"], data["attempts"]) == ("expired", "attempts", 4)


def test_the_id_is_that_of_the_ending_not_of_the_attempt_to_tell_it() -> None:
    later = replace(ENDING, closed_at=NOON + timedelta(hours=1))
    assert ending_id(ENDING) == ending_id(replace(ENDING, attempts=5))
    assert ending_id(ENDING) != ending_id(later)
    assert "." not in ending_id(ENDING)
