import asyncio
from pathlib import Path

from voicebot.audio.frames import Encoding
from voicebot.store.announcement_audio import AnnouncementAudio


async def test_a_sentence_is_kept_as_a_file_that_asterisk_can_play(tmp_path: Path) -> None:
    audio = AnnouncementAudio(tmp_path)
    await audio.keep("You are next.", "en joe", Encoding.ULAW.silence_frame * 50, Encoding.ULAW)
    found = await audio.find("You are next.", "en joe")
    assert found is not None
    media, seconds = found
    assert media.startswith("sound:/var/spool/asterisk/announcements/")
    assert seconds == 1.0


async def test_what_was_said_in_another_voice_is_another_file(tmp_path: Path) -> None:
    audio = AnnouncementAudio(tmp_path)
    await audio.keep("You are next.", "en joe", Encoding.ULAW.silence_frame, Encoding.ULAW)
    assert await audio.find("You are next.", "de anna") is None


def suffixes(folder: Path) -> set[str]:
    return {path.suffix for path in folder.rglob("*") if path.is_file()}


async def test_many_may_make_the_same_announcement_at_once(tmp_path: Path) -> None:
    files = AnnouncementAudio(tmp_path)
    audio = b"\xff" * 80_000
    for number in range(20):
        text = f"You are number {number}."
        await asyncio.gather(*(files.keep(text, "en ", audio, Encoding.ULAW) for _ in range(8)))
        found = await files.find(text, "en ")
        assert found is not None
        assert found[1] == 10.0
    assert suffixes(tmp_path) == {".wav"}
