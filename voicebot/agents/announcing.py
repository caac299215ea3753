"""How does Asterisk come to say a sentence to a waiting caller?

From a file that is made once, of speech that is in the cache as a rule; from then on no model and
no Redis is needed.
"""

from collections.abc import Sequence

from voicebot.audio.frames import Encoding
from voicebot.calls.model import CallId
from voicebot.dialogue.business import Business
from voicebot.line_ports import SpokenFiles
from voicebot.ports import Synthesizer

SYNTHESIS_DEADLINE_S = 5.0


class Announcer:
    def __init__(self, files: SpokenFiles, synthesizer: Synthesizer) -> None:
        self._files = files
        self._synthesizer = synthesizer

    async def media_of(
        self, call_id: CallId, business: Business, texts: Sequence[str]
    ) -> tuple[list[str], float]:
        """Media URIs, and how many seconds they last; raises InferenceError or StoreError."""
        media, seconds = [], 0.0
        voice = f"{business.language} {business.voice}"
        for text in texts:
            found = await self._files.find(text, voice)
            if found is None:
                audio = await self._speech(call_id, business, text)
                await self._files.keep(text, voice, audio, Encoding.ULAW)
                found = await self._files.find(text, voice)
            if found is not None:
                media.append(found[0])
                seconds += found[1]
        return media, seconds

    async def _speech(self, call_id: CallId, business: Business, text: str) -> bytes:
        pieces = self._synthesizer.synthesize(
            call_id,
            text,
            encoding=Encoding.ULAW,
            language=business.language,
            voice=business.voice,
            deadline_s=SYNTHESIS_DEADLINE_S,
        )
        return b"".join([piece async for piece in pieces])
