"""Tells an operator who calls and why, and asks whether the operator takes the call.

Runs on the operator's own leg, which the dialplan lends us. Whatever goes wrong here, the
dialplan goes on and asks by itself.
"""

import asyncio

from voicebot.agents.connecting import connect
from voicebot.agents.desk import Desk
from voicebot.agents.mouth import Mouth
from voicebot.agents.services import CallServices
from voicebot.audio.frames import Encoding
from voicebot.calls import events as on
from voicebot.calls.model import CallId, ChannelId, PhraseId
from voicebot.dialogue.phrases import split
from voicebot.errors import AsteriskError, MediaError
from voicebot.ports import CallerAudio, DigitReceived, MarkPlayed, MediaEnded, MediaLink
from voicebot.telemetry.logs import log_of

# The dialplan reads the answer from this variable of the leg.
ANSWER_VARIABLE = "VOICEBOT_BRIEF"
ANSWERS = {"1": "take", "2": "decline"}
# An operator who has not pressed a key by then is not there.
DEADLINE_S = 30.0

log = log_of(__name__)


class Briefing:
    """One operator's leg, from its StasisStart until it goes on in the dialplan."""

    def __init__(
        self,
        services: CallServices,
        desk: Desk,
        channel_id: ChannelId,
        encoding: Encoding,
        summary: str,
    ) -> None:
        self._services = services
        self._desk = desk
        self._channel_id = channel_id
        self._encoding = encoding
        self._text = f"{summary} {desk.business.phrases.operator_keys}".strip()
        self._media_in_stasis = asyncio.Event()

    def media_entered_stasis(self) -> None:
        self._media_in_stasis.set()

    async def run(self) -> None:
        """Ends with the leg in the dialplan again, or gone."""
        answer: str | None = None
        try:
            connection = await connect(
                self._services, self._channel_id, self._encoding, self._media_in_stasis
            )
        except (AsteriskError, MediaError) as error:
            log.error("briefing.connect_failed", channel_id=self._channel_id, code=error.code)
        else:
            try:
                answer = await self._ask(connection.link)
            finally:
                await connection.close()
        variables = {} if answer is None else {ANSWER_VARIABLE: answer}
        try:
            await self._services.control.go_on(self._channel_id, variables)
        except AsteriskError as error:
            # The guardian takes the leg out of Stasis.
            log.error("briefing.not_let_go", channel_id=self._channel_id, code=error.code)

    async def _ask(self, link: MediaLink) -> str | None:
        """None: there was no way to ask."""
        # Nothing of the operator's side is on record, so nobody waits for what the mouth tells.
        failed: list[on.PhraseFailed] = []

        def note(event: on.CallEvent) -> None:
            if isinstance(event, on.PhraseFailed):
                failed.append(event)

        mouth = Mouth(
            CallId(self._channel_id),
            link,
            self._services.synthesizer,
            self._desk.business,
            self._encoding,
            self._services.clock.now,
            note,
        )
        for number, phrase in enumerate(split(self._text)):
            mouth.say(PhraseId(str(number)), phrase)
        async with asyncio.TaskGroup() as tasks:
            speaking = tasks.create_task(mouth.run())
            answer = await self._listen(link, mouth)
            speaking.cancel()
        # Without a word the operator cannot know what the keys mean.
        return None if answer is None and failed else answer or "decline"

    async def _listen(self, link: MediaLink, mouth: Mouth) -> str | None:
        try:
            async with asyncio.timeout(DEADLINE_S):
                while True:
                    match await link.next_event():
                        case DigitReceived(digit) if digit in ANSWERS:
                            return ANSWERS[digit]
                        case MarkPlayed(mark_id):
                            mouth.played(mark_id)
                        case MediaEnded():
                            return None
                        case CallerAudio() | DigitReceived():
                            pass
        except TimeoutError:
            return None
