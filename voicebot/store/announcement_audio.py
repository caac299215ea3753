"""Where does Asterisk find the sentences that waiting callers hear?

One WAV file a sentence in Asterisk's spool, named by what is said and how. What is there is said
whatever happens to Redis and to all models.
"""

import asyncio
import hashlib
import tempfile
import wave
from pathlib import Path

from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import decode
from voicebot.errors import StoreError

# Below the state directory, and as Asterisk sees it in its own root.
_DIRECTORY = Path("asterisk/spool/announcements")
_SEEN_BY_ASTERISK = "/var/spool/asterisk/announcements"


class AnnouncementAudio:
    """Fulfils `line_ports.SpokenFiles`."""

    def __init__(self, state_dir: Path) -> None:
        self._directory = state_dir / _DIRECTORY

    async def find(self, text: str, voice: str) -> tuple[str, float] | None:
        path = self._path(text, voice)
        return await asyncio.to_thread(_found, path)

    async def keep(self, text: str, voice: str, audio: bytes, encoding: Encoding) -> None:
        await asyncio.to_thread(_write, self._path(text, voice), audio, encoding)

    def _path(self, text: str, voice: str) -> Path:
        name = hashlib.sha256(f"{voice}\n{text}".encode()).hexdigest()[:32]
        return self._directory / f"{name}.wav"


def _found(path: Path) -> tuple[str, float] | None:
    try:
        with wave.open(str(path), "rb") as file:
            seconds = file.getnframes() / file.getframerate()
    except (FileNotFoundError, EOFError, wave.Error):
        return None
    except OSError as error:
        raise StoreError(f"an announcement cannot be read: {error.strerror}") from error
    return f"sound:{_SEEN_BY_ASTERISK}/{path.stem}", seconds


def _write(path: Path, audio: bytes, encoding: Encoding) -> None:
    samples = audio if encoding is Encoding.SLIN else decode(audio, encoding).tobytes()
    try:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        # Of its own: callers who come at once have the same sentence made at once.
        descriptor, name = tempfile.mkstemp(suffix=".draft", dir=path.parent)
        draft = Path(name)
        try:
            with open(descriptor, "wb") as opened, wave.open(opened, "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(encoding.rate_hz)
                file.writeframes(samples)
            draft.chmod(0o644)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"an announcement was not kept: {error.strerror}") from error
