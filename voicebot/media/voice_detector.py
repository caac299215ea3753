"""Does this frame hold speech?

WebRTC's detector knows what speech sounds like but takes loud steady noise for it; the
noise floor knows what this line sounds like without speech. Both must agree. The tones of
a key are no speech, though they sound like it to both.

Measured 2026-11 on 40 human prompts (9,431 µ-law frames) with noise added: under white
noise, pink noise or hum, down to an SNR of 10 dB, at most 0.2 % of the frames between
words are taken for speech (WebRTC alone: up to 100 %). Of the frames of speech 99 % are
found at an SNR of 25 dB and 84 % at 15 dB, with no pause of 200 ms seen inside a word.
Aggressiveness 3 misses whole words of quiet callers; 1 hears speech in noise. Voices in
the background are speech to it: 22 % of the pauses at 30 dB.

WebRTC's verdict outlasts a word by up to 100 ms, and a breath outlasts it longer: what lies far
below the loudest speech of late is its end. So of 155 utterances (120 human prompts) the last
frame of speech lies 0 ms behind the last sound at a listener's ear in the median and 20 at p95;
without that it was 20 and 110. Pauses of 200 ms seen within them: 52 instead of 41.
"""

import webrtcvad

from voicebot.audio.dtmf import holds_key
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.audio.g711 import decode
from voicebot.audio.levels import SILENCE_DBFS, rms_dbfs
from voicebot.audio.noise_floor import NoiseFloor

AGGRESSIVENESS = 2
# Less, and the scatter of noise passes; more, and the ends of words are lost at low SNR.
MARGIN_DB = 4.0
# Speech on the telephone is nominally at -20 dBFS or so; below this not even a whisper lies.
QUIETEST_SPEECH_DBFS = -55.0
# Below the loudest speech; 34 leaves 82 ms at p95, 26 takes soft consonants for pauses.
SPEECH_RANGE_DB = 30.0
# Whoever speaks more softly from now on is heard again after a second or two.
LOUDEST_FALLS_DB_PER_S = 5.0


class WebRtcVoiceDetector:
    """Fulfils `VoiceDetector` for one call."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._vad = webrtcvad.Vad(AGGRESSIVENESS)
        self._noise_floor = NoiseFloor()
        self._loudest_dbfs = SILENCE_DBFS  # speech of late

    def is_speech(self, frame: bytes) -> bool:
        samples = decode(frame, self._encoding)
        level_dbfs = rms_dbfs(samples)
        threshold_dbfs = self._noise_floor.receive(level_dbfs) + MARGIN_DB
        # WebRTC's detector adapts too, so it is shown every frame.
        sounds_like_speech: bool = self._vad.is_speech(samples.tobytes(), self._encoding.rate_hz)
        self._loudest_dbfs -= LOUDEST_FALLS_DB_PER_S * FRAME_MS / 1000
        threshold_dbfs = max(
            threshold_dbfs, QUIETEST_SPEECH_DBFS, self._loudest_dbfs - SPEECH_RANGE_DB
        )
        is_loud = level_dbfs > threshold_dbfs
        is_speech = (
            sounds_like_speech and is_loud and not holds_key(samples, self._encoding.rate_hz)
        )
        if is_speech:
            self._loudest_dbfs = max(self._loudest_dbfs, level_dbfs)
        return is_speech
