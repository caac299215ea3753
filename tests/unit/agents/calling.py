"""One call held by a CallAgent, with a test in the place of Asterisk and the caller."""

import asyncio

from tests.fakes.call_services import Outside
from tests.fakes.media_link import QUIET, SPEECH, FakeMediaLink
from tests.fakes.virtual_time import passes, settle
from voicebot.agents.call_agent import CallAgent
from voicebot.calls.asterisk_names import FALLBACK_CONTEXT
from voicebot.calls.model import CallFacts, CallId, CallRecord, ChannelId
from voicebot.dialogue.interruption import SURELY_A_TURN_MS
from voicebot.turns.turn_taker import TurnRules

CALLER = ChannelId("node1-1.1")
NUMBER = "+12025550123"
NORMAL_CLEARING = 16
# How Asterisk is asked to give the caller to the dialplan.
LEFT = ("leave", CALLER, FALLBACK_CONTEXT)


class HeldCall:
    """Asterisk does what it is asked, and tells so; the rest is up to the test."""

    def __init__(self, outside: Outside, *, codec: str = "ulaw") -> None:
        self.outside = outside
        facts = CallFacts(CallId(CALLER), CALLER, NUMBER, "1000", codec)
        self.agent = CallAgent(outside.services(), outside.desk(), facts, "voicebot-a-1")
        outside.on_link = lambda connection_id: self.agent.media_entered_stasis()
        outside.control.on_hung_up = self._hung_up
        outside.control.on_left = lambda channel_id: self.agent.left_stasis(None)
        self.task = asyncio.create_task(self.agent.run())

    def _hung_up(self, channel_id: ChannelId, cause: int) -> None:
        if channel_id == CALLER:
            # Its own flag is all that Asterisk tells of a hang-up that we asked for.
            self.agent.left_stasis(127)

    @property
    def link(self) -> FakeMediaLink:
        (link,) = self.outside.links
        return link

    @property
    def said(self) -> list[str]:
        """All that was synthesised; empties the list."""
        asked, self.outside.synthesizer.asked = self.outside.synthesizer.asked, []
        return asked

    async def is_greeted(self) -> "HeldCall":
        await settle()
        self.link.carries(QUIET)
        await settle()
        return self

    async def begins_to_speak(self) -> None:
        self.link.carries(SPEECH, 200)
        await settle()

    async def interrupts(self) -> None:
        """For longer than anybody who only listens."""
        self.link.carries(SPEECH, SURELY_A_TURN_MS)
        await settle()

    async def falls_silent(self) -> None:
        self.link.carries(QUIET, TurnRules().end_silence_ms)
        await settle()

    async def says(self, text: str | Exception) -> list[str]:
        """What the agent says to that."""
        self.outside.recognizer.script.append(text)
        _ = self.said
        await self.begins_to_speak()
        await self.falls_silent()
        return self.said

    def hangs_up(self, cause: int = NORMAL_CLEARING) -> None:
        """As Asterisk tells it: the channel leaves Stasis, then it is destroyed."""
        self.agent.left_stasis(cause)

    async def is_hung_up(self, cause: int = NORMAL_CLEARING) -> CallRecord:
        """By the caller; the record that is left."""
        self.hangs_up(cause)
        return await self.ends()

    async def goes_to_people(self) -> CallRecord:
        """The record that our part of the call leaves."""
        record = await self.ends()
        assert self.outside.control.asked_for("leave") == [LEFT]
        return record

    async def ends(self) -> CallRecord:
        """The one record that is left of the call, with everything of it closed."""
        await passes(10)
        assert self.task.done()
        await self.task
        (record,) = self.outside.records.written
        self.assert_nothing_is_left()
        return record

    def assert_nothing_is_left(self) -> None:
        outside = self.outside
        assert outside.control.media_channels == set()
        assert outside.control.bridges == set()
        assert all(link.closed for link in outside.links)
        assert outside.contexts.contexts == {}
        if not outside.events.is_away:
            assert outside.events.names[-1:] == ["call.ended"]
