"""Parts of a stack, broken while callers are on the line, and how long those heard nothing."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from tests.polling import until
from tests.telephony.conversation.calling import Line, PlacedCall
from voicebot.caller.calling_process import READY
from voicebot.caller.listening import contains_words
from voicebot.calls.asterisk_names import BRIDGE_PREFIX

READY_LIMIT_S = 90.0
TALK_LIMIT_S = 20.0
APOLOGY = "nobody is available to take your call"
# Of a worker that is slow: a model's first words need several goes, a sign of life only one.
GOES_FOR_S, STANDS_FOR_S = 0.06, 1.4
HEARD_SHARE = 0.5  # its beginning may belong to another answer


@contextmanager
def broken(line: Line, how: signal.Signals, *names: str) -> Iterator[None]:
    """These processes are killed, or frozen until the block is left."""
    pids = [one.pid for one in line.stack.status() if one.name in names and one.pid is not None]
    assert len(pids) == len(names)
    for pid in pids:
        os.kill(pid, how)
    try:
        yield
    finally:
        if how is signal.SIGSTOP:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)


@contextmanager
def stuttering(line: Line, name: str) -> Iterator[None]:
    """This process is slow until the block is left, and still says in time that it lives."""
    [pid] = [one.pid for one in line.stack.status() if one.name == name and one.pid is not None]
    is_over = threading.Event()

    def stutter() -> None:
        while not is_over.wait(GOES_FOR_S):
            os.kill(pid, signal.SIGSTOP)
            is_over.wait(STANDS_FOR_S)
            os.kill(pid, signal.SIGCONT)

    stutters = threading.Thread(target=stutter)
    stutters.start()
    try:
        yield
    finally:
        is_over.set()
        stutters.join()


def all_are_ready(line: Line) -> None:
    until(
        lambda: all(one.is_ready for one in line.stack.status()),
        lambda: f"all are ready: {[one.name for one in line.stack.status() if not one.is_ready]}",
        READY_LIMIT_S,
    )


class Callers:
    """Several on the line, each at another point of the call: they begin one after another."""

    def __init__(self, line: Line, count: int, *arguments: str) -> None:
        self.line = line
        # A caller takes long to get ready, longer than some calls last.
        self._calls = [line.prepare(*arguments) for _ in range(count)]
        for number, (_, process) in enumerate(self._calls, start=1):
            ready(process)
            go(process)
            until(partial(self._are_talking, number), f"{number} callers talk", TALK_LIMIT_S)

    def finish(self) -> Sequence[PlacedCall]:
        return [self.line.finish(*call) for call in self._calls]

    def _are_talking(self, count: int) -> bool:
        bridges = [one for one in self.line.left_in_asterisk() if one.startswith(BRIDGE_PREFIX)]
        return len(bridges) >= count


def ready(process: "subprocess.Popen[str]") -> None:
    assert process.stderr is not None
    assert process.stderr.readline().strip() == READY.decode()


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


@dataclass(frozen=True, slots=True)
class Service:
    """How a caller was looked after."""

    heard_apology: bool
    longest_silence_ms: int  # while the caller did not hold the floor


def service_of(placed: PlacedCall) -> Service:
    """From the caller's recording. From the apology's tone on the caller has the floor."""
    longest_ms = 0
    for turn, text in zip(placed.turns, placed.heard(), strict=True):
        longest_ms = max(longest_ms, turn["voice_to_voice_ms"] or 0, turn["longest_pause_ms"])
        if contains_words(text, APOLOGY) >= HEARD_SHARE:
            return Service(heard_apology=True, longest_silence_ms=longest_ms)
    return Service(heard_apology=False, longest_silence_ms=longest_ms)
