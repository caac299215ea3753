"""The smallest works, given to workers that failed."""

import pytest
from structlog.testing import capture_logs

from tests.fakes.call_services import Outside
from tests.fakes.scripted_workers import ScriptedRecognizer, ScriptedResponder
from voicebot.agents.worker_trials import WorkerTrials
from voicebot.errors import InferenceRefused


def trials(outside: Outside) -> WorkerTrials:
    return WorkerTrials(
        outside.recognizer, outside.responder, outside.synthesizer, lambda: outside.business
    )


async def test_each_stage_is_given_a_work_of_its_own() -> None:
    outside = Outside(recognizer=ScriptedRecognizer(""), responder=ScriptedResponder(["Yes"]))
    for queue in ("stt.fast", "llm.large", "tts"):
        await trials(outside).attempt(queue)
    [(_, heard)] = outside.recognizer.asked
    assert heard["pool"] == "stt.fast"
    assert len(outside.responder.asked) == 1
    assert outside.synthesizer.asked == ["Yes."]


@pytest.mark.parametrize("queue", ["llm", "stt"])
async def test_that_they_still_fail_is_the_breakers_business(queue: str) -> None:
    failure = InferenceRefused(queue, "engine-failed")
    outside = Outside(
        recognizer=ScriptedRecognizer(failure), responder=ScriptedResponder([failure])
    )
    with capture_logs() as logs:
        await trials(outside).attempt(queue)
    assert [each["event"] for each in logs] == ["workers.tried_in_vain"]
