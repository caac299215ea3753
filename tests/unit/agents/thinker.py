"""What a call has thought, for a test to look at."""

import asyncio

from tests.fakes.call_services import STARTED_AT, Outside
from voicebot.agents.thinking import Thinking
from voicebot.audio.frames import Encoding
from voicebot.calls import commands as do
from voicebot.calls import events as on
from voicebot.calls.model import CallFacts, CallId, ChannelId, ReplyId, UtteranceId
from voicebot.dialogue.agent import Say
from voicebot.turns.speculation import Preparations

U1, R1 = UtteranceId("u1"), ReplyId("1.1")
FACTS = CallFacts(CallId("node1-1.1"), ChannelId("node1-1.1"), "+12025550123", "1000", "alaw")


def a_turn(heard: str, keys: str = "") -> do.Think:
    return do.Think(
        reply_id=R1,
        heard=heard,
        utterances=(U1,),
        keys=keys,
        at=STARTED_AT,
        history=(),
        last=None,
        memory={},
    )


class Thinker:
    """Thinking at work within a call."""

    def __init__(self, outside: Outside, tasks: asyncio.TaskGroup) -> None:
        self.events: list[on.CallEvent] = []
        self.preparations = Preparations()
        self.thinking = Thinking(
            outside.services(),
            outside.desk(),
            FACTS,
            Encoding.ALAW,
            tasks,
            self.events.append,
            self.preparations,
        )

    @property
    def said(self) -> list[str]:
        steps = [event.step for event in self.events if isinstance(event, on.Stepped)]
        return [step.text for step in steps if isinstance(step, Say)]
