"""What does a caller sound like, in the first seconds of a call?

Noise, level, speech rate, and how often both speak at once: what tells beforehand how hard a
conversation will be to follow. Takes frames and their verdicts; media time only. Pure.
"""

from dataclasses import dataclass, field
from math import log10

from voicebot.audio.levels import SILENCE_DBFS

# A vowel is a peak of intensity this far above the dips around it (N. H. de Jong and T. Wempe,
# "Praat script to detect syllable nuclei", Behavior Research Methods 41(2), 2009).
PEAK_DB = 2.0


@dataclass(frozen=True, slots=True)
class Acoustics:
    """Levels are means of power, in dB relative to full scale."""

    speech_ms: int
    noise_ms: int  # heard while nobody spoke
    speech_dbfs: float
    noise_dbfs: float
    syllables_per_s: float  # of speech; people say 4 to 5, hurried ones 7
    overlap_share: float  # of the caller's speech, what was said while the agent spoke

    @property
    def snr_db(self) -> float:
        return self.speech_dbfs - self.noise_dbfs


@dataclass(slots=True)
class _Power:
    """A mean of power over frames."""

    total: float = 0.0
    ms: int = 0

    def add(self, level_dbfs: float, frame_ms: int) -> None:
        self.total += frame_ms * 10.0 ** (level_dbfs / 10.0)
        self.ms += frame_ms

    @property
    def dbfs(self) -> float:
        return 10.0 * log10(self.total / self.ms) if self.total > 0.0 else SILENCE_DBFS


@dataclass(slots=True)
class AcousticsMeter:
    """Follows one caller."""

    _speech: _Power = field(default_factory=_Power)
    _noise: _Power = field(default_factory=_Power)
    _overlap_ms: int = 0
    _syllables: int = 0
    _dip_dbfs: float | None = None  # the lowest level since the last peak, or the last pause
    _peak_dbfs: float | None = None  # the highest level since that dip

    def receive(
        self, frame_ms: int, level_dbfs: float, *, is_speech: bool, agent_is_audible: bool
    ) -> None:
        if is_speech:
            self._speech.add(level_dbfs, frame_ms)
            self._overlap_ms += frame_ms if agent_is_audible else 0
            self._follow(level_dbfs)
            return
        self._end_of_words()
        # The agent's own echo is no noise of the line, and digital silence is no line.
        if not agent_is_audible and level_dbfs > SILENCE_DBFS:
            self._noise.add(level_dbfs, frame_ms)

    def measured(self) -> Acoustics:
        speech_s = self._speech.ms / 1000
        return Acoustics(
            speech_ms=self._speech.ms,
            noise_ms=self._noise.ms,
            speech_dbfs=self._speech.dbfs,
            noise_dbfs=self._noise.dbfs,
            syllables_per_s=self._syllables / speech_s if speech_s else 0.0,
            overlap_share=self._overlap_ms / self._speech.ms if self._speech.ms else 0.0,
        )

    def _follow(self, level_dbfs: float) -> None:
        if self._peak_dbfs is None:
            dip_dbfs = level_dbfs if self._dip_dbfs is None else min(self._dip_dbfs, level_dbfs)
            self._dip_dbfs = dip_dbfs
            if level_dbfs >= dip_dbfs + PEAK_DB:
                self._peak_dbfs = level_dbfs
            return
        self._peak_dbfs = max(self._peak_dbfs, level_dbfs)
        if level_dbfs <= self._peak_dbfs - PEAK_DB:
            self._syllables += 1
            self._dip_dbfs, self._peak_dbfs = level_dbfs, None

    def _end_of_words(self) -> None:
        """A vowel may end in silence, and begins from it."""
        self._syllables += self._peak_dbfs is not None
        self._dip_dbfs, self._peak_dbfs = SILENCE_DBFS, None
