"""All that a call needs of the outside, in the hands of a test.

Each does at once and without fail what it is asked, unless it is told otherwise. A result
that is an error is raised; a result that is FOREVER never comes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.fakes.call_control import FakeCallControl
from tests.fakes.follow_ups import FakeMessages, FakeWebServices
from tests.fakes.media_link import FakeMediaLink, FakeVoiceDetector
from tests.fakes.outages import FlakyCallRecords, FlakyContexts, FlakyEvents
from tests.fakes.sample_business import a_business
from tests.fakes.script import Forever, comes_to_pass
from tests.fakes.scripted_workers import (
    FakeMeaning,
    FakeReplies,
    ScriptedRecognizer,
    ScriptedResponder,
    ScriptedSynthesizer,
)
from voicebot.agents.desk import Desk, Desks
from voicebot.agents.record_keeping import RecordKeeping
from voicebot.agents.services import CallServices, Clock
from voicebot.audio.frames import Encoding
from voicebot.dialogue.agent import VoiceAgent
from voicebot.dialogue.answers import FactIndex, questions_of
from voicebot.dialogue.business import Business
from voicebot.dialogue.business_agent import BusinessAgent
from voicebot.ports import MediaLink
from voicebot.turns.speculation import Speculation

# A Monday, 11:00 in Chicago.
STARTED_AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


@dataclass
class Outside:
    """Everything around a call, for a test to steer and to look at."""

    business: Business = field(default_factory=a_business)
    control: FakeCallControl = field(default_factory=FakeCallControl)
    recognizer: ScriptedRecognizer = field(default_factory=ScriptedRecognizer)
    responder: ScriptedResponder = field(default_factory=ScriptedResponder)
    synthesizer: ScriptedSynthesizer = field(default_factory=ScriptedSynthesizer)
    contexts: FlakyContexts = field(default_factory=FlakyContexts)
    events: FlakyEvents = field(default_factory=FlakyEvents)
    records: FlakyCallRecords = field(default_factory=FlakyCallRecords)
    messages: FakeMessages = field(default_factory=FakeMessages)
    web: FakeWebServices = field(default_factory=FakeWebServices)
    agent: VoiceAgent | None = None
    links: list[FakeMediaLink] = field(default_factory=list)
    meaning: FakeMeaning = field(init=False)
    replies: FakeReplies = field(default_factory=FakeReplies)
    began_s: float | None = None
    plays_at_once: bool = True
    link_failure: Exception | Forever | None = None
    # Called when a media socket is up: the media channel then enters Stasis.
    on_link: Callable[[str], None] = lambda connection_id: None

    def __post_init__(self) -> None:
        self.meaning = FakeMeaning(self.business)

    async def open_link(self, connection_id: str, encoding: Encoding) -> MediaLink:
        if self.link_failure is not None:
            await comes_to_pass(self.link_failure)
        link = FakeMediaLink(encoding, plays_at_once=self.plays_at_once)
        self.links.append(link)
        self.on_link(connection_id)
        return link

    def desk(self) -> Desk:
        """The business, answered for by our own agent unless `agent` is set."""
        agent = self.agent if self.agent is not None else BusinessAgent(self.business)
        actions = agent.actions()
        questions = questions_of(self.business, actions)
        vectors = [[float(one == other) for other in questions] for one in questions]
        return Desk(self.business, agent, FactIndex(self.business, vectors, actions))

    def services(self) -> CallServices:
        """Within a running loop; all have one clock, which begins with the first."""
        loop = asyncio.get_running_loop()
        began_s = self.began_s = loop.time() if self.began_s is None else self.began_s
        open_link: Callable[[str, Encoding], Awaitable[MediaLink]] = self.open_link
        return CallServices(
            speculation=Speculation(),
            desks=Desks(dict.fromkeys(self.business.dids, self.desk())),
            clock=Clock(
                now=loop.time, at=lambda: STARTED_AT + timedelta(seconds=loop.time() - began_s)
            ),
            control=self.control,
            open_link=open_link,
            new_voice_detector=lambda encoding: FakeVoiceDetector(),
            recognizer=self.recognizer,
            responder=self.responder,
            synthesizer=self.synthesizer,
            meaning=self.meaning,
            replies=self.replies,
            contexts=self.contexts,
            events=self.events,
            records=RecordKeeping(self.records),
            messages=self.messages,
            callbacks=self.messages,
            message_audio=self.messages,
            web=self.web,
        )
