"""What a process of a crowd is told."""

import json

from voicebot.caller.crowd import CrowdCaller, Wish
from voicebot.caller.crowd_plan import CrowdPlan


def test_a_plan_travels_as_json() -> None:
    callers = (CrowdCaller("+12025550200", Wish.SERVED, 0.5, 9.0),)
    for answers_at in (None, ("127.0.0.12", 5075)):
        plan = CrowdPlan(
            "part-00",
            "1000",
            "127.0.0.1",
            5060,
            callers,
            "q.wav",
            True,
            "records",
            60.0,
            answers_at,
        )
        assert CrowdPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
        assert plan.recording_of("+12025550200").name == "12025550200.wav"
