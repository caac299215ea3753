"""Plays human sentences with pauses to the running stack: does the agent hear them out?

Several calls at once; each says a few sentences one after the other and waits for each answer.
What counts is read from the recordings of each call.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from voicebot.caller.audio_files import read_wav, write_wav
from voicebot.caller.bench_latency import new_caller
from voicebot.caller.calling_process import CallingProcess
from voicebot.caller.comparing import FULL, Listening, compare, telephone
from voicebot.caller.kept_call import measure_again
from voicebot.caller.kept_sentences import keep_sentences
from voicebot.caller.measurement import STRETCH_PAUSE_MS
from voicebot.caller.pauses import PausedSentence, paused, sentences_of, with_fewer_gaps
from voicebot.caller.recordings import HumanRecording
from voicebot.caller.sound import joined, sounds
from voicebot.caller.turn_figures import HeardSentence, heard_sentence
from voicebot.caller.word_errors import word_errors
from voicebot.errors import CallerError

CALL_LIMIT_S = 240.0
LONGEST_RECORDING_S = 29
# Then the recording says something else than its text, or not in words.
WORDS_WRONG_MAX = 0.3
PAUSES_MAX = 3
# Uniform up to 600 ms, where the target is, and some beyond.
LENGTHS_MS = (200, 450, 300, 600, 350, 700, 250, 500, 550, 1_000, 400, 600, 500, 850)


@dataclass(frozen=True, slots=True)
class TurnsPlan:
    """What is said to whom."""

    number: str
    sentences: Sequence[PausedSentence]
    per_call: int
    at_once: int


@dataclass(slots=True)
class TurnsResults:
    """What came of it."""

    sentences: list[HeardSentence] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    unsaid: int = 0  # the call was over before


def paused_sentences(
    recordings: Sequence[HumanRecording], directory: Path
) -> tuple[PausedSentence, ...]:
    """Every sentence that a person could pause in. Raises CallerError."""
    directory.mkdir(parents=True, exist_ok=True)
    read = [(one, telephone(read_wav(one.file))) for one in recordings]
    asked = []
    for recording, samples in read:
        file = directory / f"{recording.name.replace('/', '-')}.wav"
        write_wav(file, samples[: LONGEST_RECORDING_S * 8_000])
        asked.append(Listening(file, recording.text, (FULL,)))
    lengths_ms = _lengths_ms()
    made: list[PausedSentence] = []
    for (recording, samples), heard in zip(read, compare(asked), strict=True):
        if word_errors(heard.ways[FULL].text, recording.text).rate > WORDS_WRONG_MAX:
            continue
        for sentence in sentences_of(recording.name.replace("/", "-"), samples, heard.words):
            fewer = with_fewer_gaps(sentence, PAUSES_MAX)
            if fewer.gaps:
                made.append(paused(fewer, [next(lengths_ms) for _ in fewer.gaps]))
    return tuple(made)


def _lengths_ms() -> Iterator[int]:
    for i in count():
        yield LENGTHS_MS[i % len(LENGTHS_MS)]


async def run_turns(
    plan: TurnsPlan, directory: Path, progress: Callable[[str], None]
) -> TurnsResults:
    """Leaves the recordings of every call in `directory`."""
    results, doors = TurnsResults(), asyncio.Semaphore(plan.at_once)
    calls = [
        plan.sentences[start : start + plan.per_call]
        for start in range(0, len(plan.sentences), plan.per_call)
    ]

    async def place(number: int, sentences: Sequence[PausedSentence]) -> None:
        async with doors:
            progress(f"call {number + 1} of {len(calls)}")
            call_dir = directory / f"call-{number:03}"
            script = await asyncio.to_thread(_script, sentences, call_dir)
            try:
                process = await CallingProcess.prepare(
                    plan.number, new_caller(plan.number), call_dir, script
                )
                process.go()
                report = await process.report(CALL_LIMIT_S)
            except CallerError as error:
                results.failures.append(str(error))
                return
            if not report["is_held"]:
                results.failures.append(str(report["failure"]))
                return
            heard = await asyncio.to_thread(heard_sentences, sentences, call_dir)
            results.sentences += heard
            results.unsaid += len(sentences) - len(heard)

    async with asyncio.TaskGroup() as tasks:
        for number, sentences in enumerate(calls):
            tasks.create_task(place(number, sentences))
    return results


def _script(sentences: Sequence[PausedSentence], directory: Path) -> tuple[str, ...]:
    directory.mkdir(parents=True)
    parts: list[str] = []
    for sentence in sentences:
        file = directory / f"{sentence.name}.wav"
        write_wav(file, sentence.samples)
        parts += ["--wav", str(file)]
    keep_sentences(sentences, directory)
    return tuple(parts)


def heard_sentences(
    sentences: Sequence[PausedSentence], record_dir: Path
) -> tuple[HeardSentence, ...]:
    """Those that were said to their end before the call was over, from its recordings."""
    heard = joined(sounds(read_wav(record_dir / "heard.wav")), STRETCH_PAUSE_MS)
    call = measure_again(record_dir)
    begun_ms = [turn.utterance.start_ms for turn in call.turns if turn.utterance is not None]
    found = []
    for sentence, start_ms, until_ms in zip(
        sentences, begun_ms, [*begun_ms[1:], call.duration_ms], strict=False
    ):
        first_sample_ms = start_ms - sentence.voice.start_ms
        own = [span for span in heard if span.start_ms < until_ms]
        found.append(heard_sentence(sentence, first_sample_ms, own))
    return tuple(found)
