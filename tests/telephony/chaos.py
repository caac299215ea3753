"""Callers of a full service while its processes die: is each of them accounted for?

    python -m tests.telephony.chaos --seeds 10

Two slots; each seed has sixteen callers who stay, give up or book a callback, and kills three
processes on the way with SIGKILL. After each seed every caller must be on record once, and nothing
may be left in Asterisk, Redis or on the disk. Exits with 1 when somebody is not. Not a part of the
tests: a seed takes about a minute.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import yaml
from redis.exceptions import RedisError

from tests.polling import until
from tests.stack_fixture import stack_for_tests
from tests.telephony.accounting import accounted
from tests.telephony.service.caller import Caller
from tests.telephony.service.running import Service
from tests.telephony.service.web_server import web_server
from voicebot.calls.transitions import CallState
from voicebot.settings import PROJECT_DIR

SHOP = "1000"
CALLERS, RING_WITHIN_S, LIMIT_S = 16, 10.0, 180.0
TALKS_S, READ_BACK_S = 4.0, 9.0
KILLS, KILLS_EVERY_S = 3, 9.0
# Asterisk's own death ends all calls, and has tests of its own.
MORTAL = (
    "agent-1",
    "agent-2",
    "redis",
    "guardian",
    "records",
    "worker-stt",
    "worker-llm",
    "worker-tts",
)
WISHES = ("stays", "gives up", "books", "stays")


@contextmanager
def service(directory: Path) -> Iterator[Service]:
    demo = yaml.safe_load((PROJECT_DIR / "config" / "lakeside_bikes.yaml").read_text())
    facts = [fact for fact in demo["facts"] if fact["id"] in ("opening-hours", "address")]
    shop = demo | {"dids": [SHOP], "facts": facts}
    shop["queues"] = [{"name": "main", "announce_every_s": 10}]
    businesses = directory / "businesses"
    businesses.mkdir()
    (businesses / "shop.yaml").write_text(yaml.safe_dump(shop))
    with (
        web_server() as web,
        stack_for_tests(
            directory / "state",
            business_file=businesses,
            llm_conversations=2,
            agent_max_calls=50,
        ) as stack,
    ):
        made = Service(stack, directory, {}, web)
        until(made.has_all_sentences, "all sentences are made into speech", 120)
        yield made


def call(running: Service, wish: str, rings_after_s: float, patience_s: float) -> str:
    """One caller's call, from ringing to its end; what became of it."""
    time.sleep(rings_after_s)
    with running.calling(SHOP) as caller:
        until_s = time.monotonic() + LIMIT_S
        if wish == "gives up":
            until_s = time.monotonic() + patience_s
        return _stays(caller, until_s, books=wish == "books")


def _stays(caller: Caller, until_s: float, *, books: bool) -> str:
    talks_since_s: float | None = None
    while time.monotonic() < until_s:
        if caller.phone.process.poll() is not None:
            return "hung up on"
        state = _state(caller)
        if books and state is CallState.WAITING:
            books = False
            time.sleep(READ_BACK_S / 3)
            caller.headset.press("1")
            time.sleep(READ_BACK_S)
            caller.headset.press("1")
        if state is CallState.TALKING:
            talks_since_s = talks_since_s or time.monotonic()
            if time.monotonic() - talks_since_s > TALKS_S:
                return "talked"
        time.sleep(0.25)
    return f"hung up: {_state(caller)}"


def _state(caller: Caller) -> CallState | None:
    try:
        context = caller.context
    except RedisError:
        return None  # it is away
    return None if context is None else context.state


def played(running: Service, seed: int) -> Counter[str]:
    """What became of the callers of one seed, all of whom are accounted for."""
    dice = random.Random(seed)
    with accounted(running.stack), ThreadPoolExecutor(CALLERS) as pool:
        calls = [
            pool.submit(
                call,
                running,
                WISHES[number % len(WISHES)],
                dice.uniform(0.0, RING_WITHIN_S),
                dice.uniform(3.0, 25.0),
            )
            for number in range(CALLERS)
        ]
        killed = dice.sample(MORTAL, KILLS)
        for name in killed:
            time.sleep(KILLS_EVERY_S)
            os.kill(running.pid_of(name), signal.SIGKILL)
        fates = Counter(one.result() for one in calls)
        until(lambda: all(one.is_ready for one in running.stack.status()), "all are back", 120)
    print(f"seed {seed}: killed {', '.join(killed)}: {dict(fates)}", flush=True)
    return fates


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=1)
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as directory, service(Path(directory)) as running:
        for seed in range(arguments.first, arguments.first + arguments.seeds):
            try:
                played(running, seed)
            except (AssertionError, ExceptionGroup) as error:
                failed += 1
                print(f"seed {seed}: {error}", flush=True)
    print(f"{arguments.seeds - failed} of {arguments.seeds} seeds with every caller accounted for")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
