"""What lies beside a call's recordings, so that anybody can measure the call again?

The recordings do not tell which part of `said` is which utterance, which frames of `heard` no
packet had filled, and where the INVITE lies on their clock: `call.json` does.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from voicebot.caller.audio_files import read_wav
from voicebot.caller.measurement import MeasuredTurn, Recording, Spoken, measure
from voicebot.caller.sound import RATE_HZ, Span
from voicebot.errors import CallerError

FILE = "call.json"


@dataclass(frozen=True, slots=True)
class MeasuredAgain:
    """A call as its recordings tell it."""

    turns: tuple[MeasuredTurn, ...]
    greeting_ms: int | None  # from the INVITE
    duration_ms: int

    @property
    def voice_to_voice_ms(self) -> tuple[int | None, ...]:
        """One for each utterance; None: no answer heard."""
        return tuple(turn.voice_to_voice_ms for turn in self.turns if turn.utterance is not None)


def keep_call(
    record_dir: Path,
    spoken: Sequence[Spoken],
    missing: Sequence[Span],
    invite_offset_ms: int | None,
) -> None:
    document = {
        "invite_offset_ms": invite_offset_ms,
        "spoken": [asdict(one) for one in spoken],
        "missing": [asdict(one) for one in missing],
    }
    (record_dir / FILE).write_text(json.dumps(document, ensure_ascii=False) + "\n", "utf-8")


def measure_again(record_dir: Path) -> MeasuredAgain:
    """From the files of `record_dir` alone. Raises CallerError."""
    try:
        kept = json.loads((record_dir / FILE).read_text("utf-8"))
        spoken = tuple(Spoken(str(one["label"]), Span(**one["sent"])) for one in kept["spoken"])
        missing = tuple(Span(**one) for one in kept["missing"])
        offset_ms: int | None = kept["invite_offset_ms"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CallerError(f"{record_dir / FILE} is missing or damaged") from error
    said, heard = (read_wav(record_dir / name) for name in ("said.wav", "heard.wav"))
    turns = measure(Recording(said, heard, spoken, missing))
    greeting = turns[0].answer
    return MeasuredAgain(
        turns=turns,
        greeting_ms=None
        if greeting is None or offset_ms is None
        else greeting.start_ms - offset_ms,
        duration_ms=len(heard) * 1000 // RATE_HZ,
    )
