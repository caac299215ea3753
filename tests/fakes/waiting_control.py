"""Asterisk and its files, as far as a waiting caller needs them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from voicebot.audio.frames import Encoding
from voicebot.calls.model import ChannelId


@dataclass
class FakeWaitingControl:
    asked: list[tuple[str, ...]] = field(default_factory=list)
    in_line: set[ChannelId] = field(default_factory=set)

    async def answer(self, channel_id: ChannelId) -> None:
        self.asked.append(("answer", channel_id))

    async def start_music(self, channel_id: ChannelId, music: str) -> None:
        self.asked.append(("start_music", channel_id, music))

    async def stop_music(self, channel_id: ChannelId) -> None:
        self.asked.append(("stop_music", channel_id))

    async def set_in_line(self, channel_id: ChannelId, *, is_in_line: bool) -> None:
        self.in_line = {*self.in_line, channel_id} if is_in_line else self.in_line - {channel_id}

    async def play(self, channel_id: ChannelId, playback_id: str, media: Sequence[str]) -> None:
        self.asked.append(("play", channel_id, *media))

    async def stop_playing(self, playback_id: str) -> None:
        self.asked.append(("stop_playing", playback_id))

    async def hang_up(self, channel_id: ChannelId, cause: int) -> None:
        self.asked.append(("hang_up", channel_id, str(cause)))


@dataclass
class FakeSpokenFiles:
    """Each sentence is its own file, and lasts for two seconds."""

    kept: set[str] = field(default_factory=set)

    async def find(self, text: str, voice: str) -> tuple[str, float] | None:
        return (text, 2.0) if text in self.kept else None

    async def keep(self, text: str, voice: str, audio: bytes, encoding: Encoding) -> None:
        self.kept.add(text)
