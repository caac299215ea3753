"""What do the steps of a call mean, as they were given on the command line?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from voicebot.caller.audio_files import read_wav
from voicebot.caller.call import Utterance
from voicebot.caller.script import Press, Say, SendBack, Step
from voicebot.caller.speech import spoken
from voicebot.errors import CallerError

FRAME_MS = 20


def script_of(
    order: Sequence[str],
    given: Mapping[str, Sequence[Any]],
    over_s: Sequence[float],
    cache_dir: Path,
) -> tuple[tuple[Step, ...], tuple[Utterance, ...]]:
    """`order`: the options as they came; `given`: the values of each. Raises CallerError."""
    values = {option: iter(those) for option, those in given.items()}
    waits = iter(over_s)
    steps: list[Step] = []
    utterances: list[Utterance] = []
    over_ms: int | None = None
    for option in order:
        if option == "over":
            over_ms = int(next(waits) * 1000)
            continue
        value = next(values[option])
        match option:
            case "dtmf":
                steps.append(Press(_digits(value)))
            case "echo":
                steps.append(_echo(value, over_ms))
            case _:
                steps.append(Say(len(utterances), over_ms))
                utterances.append(_utterance(value, cache_dir))
        over_ms = None
    return tuple(steps), tuple(utterances)


def _utterance(value: str | Path, cache_dir: Path) -> Utterance:
    if isinstance(value, Path):
        return Utterance(value.name, read_wav(value))
    return Utterance(value, spoken(value, cache_dir))


def _echo(text: str, over_ms: int | None) -> SendBack:
    try:
        gain_db, delay_ms, length_s = (float(part) for part in text.split(":"))
    except ValueError as error:
        raise CallerError(f"--echo {text!r} is not DB:MS:S") from error
    if gain_db > 0 or delay_ms < FRAME_MS or length_s <= 0:
        raise CallerError(f"--echo {text!r}: at most 0 dB, at least {FRAME_MS} ms, more than 0 s")
    return SendBack(gain_db, int(delay_ms), int(length_s * 1000), over_ms)


def _digits(keys: str) -> str:
    if not keys or not set(keys.upper()) <= set("0123456789*#ABCD"):
        raise CallerError(f"--dtmf {keys!r}: only 0-9, *, #, A-D can be pressed")
    return keys
