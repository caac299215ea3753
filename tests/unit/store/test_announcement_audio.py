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
