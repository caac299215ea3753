"""Where is the audio of a message kept?"""

import asyncio
import wave
from pathlib import Path

from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode
from voicebot.calls.model import CallId
from voicebot.errors import StoreError

DIRECTORY = "messages"


class MessageAudio:
    """WAV files below the state directory, one per call; fulfils `ports.MessageAudio`."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir

    async def save(self, call_id: CallId, audio: bytes, encoding: Encoding) -> str | None:
        if not audio:
            return None
        # Asterisk's ids are names of files; a foreign one must not lead out of the directory.
        name = "".join(letter if letter.isalnum() or letter in ".-" else "_" for letter in call_id)
        path = f"{DIRECTORY}/{name}.wav"
        await asyncio.to_thread(self._write, self._state_dir / path, audio, encoding)
        return path

    def _write(self, path: Path, audio: bytes, encoding: Encoding) -> None:
        is_linear = encoding in (Encoding.SLIN, Encoding.SLIN16)
        samples = audio if is_linear else decode(audio, encoding).tobytes()
        try:
            path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            draft = path.with_suffix(".draft")
            with wave.open(str(draft), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(encoding.rate_hz)
                file.writeframes(samples)
            draft.replace(path)
        except OSError as error:
            raise StoreError(f"the message's audio was not kept: {error.strerror}") from error
