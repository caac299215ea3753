"""Do the recordings of a bench say what its figures say?

Each figure that comes from recordings is computed from them again, and laid beside the one that
the bench wrote. What agents told of their own stages is in no recording, and is not looked at.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from voicebot.caller.audio_files import read_wav
from voicebot.caller.barge_in_figures import disturbance, interruption
from voicebot.caller.bench_figures import Distribution
from voicebot.caller.bench_turns import heard_sentences
from voicebot.caller.comparing import COMPARER, Listening, compare
from voicebot.caller.kept_call import measure_again
from voicebot.caller.kept_sentences import FILE as SENTENCES
from voicebot.caller.kept_sentences import kept_sentences
from voicebot.caller.sound import Span
from voicebot.caller.turn_figures import turn_figures
from voicebot.caller.word_errors import word_errors
from voicebot.errors import CallerError


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure, as it was written and as it is computed now."""

    figure: str
    written: Any
    again: Any

    @property
    def agrees(self) -> bool:
        return bool(self.written == self.again)


def recomputed(
    directory: Path, recognizer: tuple[str, ...] = COMPARER
) -> Mapping[str, tuple[Compared, ...]]:
    """By bench, for each whose figures lie in `directory`. Raises CallerError."""
    found: dict[str, tuple[Compared, ...]] = {}
    for name in ("latency", "density", "turns", "barge-in", "asr"):
        path = directory / f"{name}.json"
        if not path.exists():
            continue
        try:
            document = json.loads(path.read_text("utf-8"))
            match name:
                case "latency" | "density":
                    found[name] = tuple(_of_calls(document, directory))
                case "turns":
                    found[name] = tuple(_of_turns(document, directory))
                case "barge-in":
                    found[name] = tuple(_of_barge_in(document, directory))
                case _:
                    found[name] = tuple(_of_words(document, directory, recognizer))
        except (ValueError, KeyError, TypeError) as error:
            raise CallerError(f"{path} is damaged, or of another version") from error
    if not found:
        raise CallerError(f"{directory} holds no figures of a bench that can be recomputed")
    return found


def _of_calls(document: Mapping[str, Any], directory: Path) -> Iterator[Compared]:
    for phase, calls in document["calls"].items():
        greetings_ms: list[int | None] = []
        heard_ms: list[int | None] = []
        for call in calls:
            record_dir = Path(call["record_dir"])
            if not call["is_held"]:
                continue
            # Wherever the bench's directory was taken since.
            here = directory / record_dir.parent.name / record_dir.name
            again = measure_again(here)
            greetings_ms.append(again.greeting_ms)
            heard_ms += again.voice_to_voice_ms
            name = f"{phase} {record_dir.parent.name}/{record_dir.name}"
            yield Compared(f"{name}, greeting", call["greeting_ms"], again.greeting_ms)
            yield Compared(
                f"{name}, voice to voice", call["voice_to_voice_ms"], list(again.voice_to_voice_ms)
            )
        figures = document["figures"][phase]
        yield Compared(f"{phase}, greeting", figures["greeting_ms"], _spread(greetings_ms))
        yield Compared(f"{phase}, voice to voice", figures["voice_to_voice_ms"], _spread(heard_ms))


def _of_turns(document: Mapping[str, Any], directory: Path) -> Iterator[Compared]:
    written = {one["name"]: one for one in document["sentences"]}
    again = []
    for record_dir in sorted(path.parent for path in directory.glob(f"*/{SENTENCES}")):
        if not (record_dir / "heard.wav").exists():
            continue  # the call failed, and is listed as such
        for sentence in heard_sentences(kept_sentences(record_dir), record_dir):
            if sentence.name in written:
                again.append(sentence)
                yield Compared(sentence.name, written[sentence.name], _plain(sentence))
    yield Compared("all sentences", document["figures"], _plain(turn_figures(again)))


def _of_barge_in(document: Mapping[str, Any], directory: Path) -> Iterator[Compared]:
    """Where the sounds lay is taken from the figures, what they did from the recordings."""
    for one in document["disturbances"]:
        call = str(one["kind"]).rsplit(" ", 1)[-1]
        heard = read_wav(directory / call / "heard.wav")
        judged = disturbance(one["kind"], Span(**one["sound"]), heard)
        yield Compared(one["kind"], one, None if judged is None else _plain(judged))
    for one in document["interruptions"]:
        call = str(one["label"]).split(" ", 1)[0]
        heard = read_wav(directory / call / "heard.wav")
        stopped = interruption(one["label"], Span(**one["sound"]), heard)
        yield Compared(one["label"], one, None if stopped is None else _plain(stopped))


def _of_words(
    document: Mapping[str, Any], directory: Path, recognizer: tuple[str, ...]
) -> Iterator[Compared]:
    """The recognizer listens once more; how long it takes is this machine's, and not compared."""
    told: Sequence[Mapping[str, Any]] = document["recordings"]
    ways = tuple(way for way in ("live", "full") if all(way in one for one in told))
    files = [directory / "heard" / f"{one['name'].replace('/', '-')}.wav" for one in told]
    heard = compare([Listening(file, ways=ways) for file in files], recognizer)
    for one, again in zip(told, heard, strict=True):
        for way in ways:
            wrong = word_errors(again.ways[way].text, one["text"]).wrong
            yield Compared(f"{one['name']}, {way}, words wrong", one[way]["wrong"], wrong)


def _spread(values: Sequence[int | None]) -> Any:
    spread = Distribution.of(values)
    return None if spread is None else asdict(spread)


def _plain(value: Any) -> Any:
    """As JSON gives it back."""
    return json.loads(json.dumps(asdict(value)))
