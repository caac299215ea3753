"""Callers who bring anything but a question: they do not stop, or it is no speech, or nothing.

All of them are on the line at once. The agent must neither fall over it nor begin again for ever;
whoever has said something is answered, and whoever says nothing any more is sent off politely.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.asterisk_node import sounds_dir
from tests.telephony.accounting import Accounts
from tests.telephony.bad_input import noises
from tests.telephony.bad_input.noises import Samples
from tests.telephony.bad_input.observer import Observer, observing
from tests.telephony.bad_input.phone import AGENT, Phone, phone
from tests.telephony.dead_air import DeadAir
from voicebot.business_file import load_business
from voicebot.caller.measurement import MeasuredTurn, measure
from voicebot.calls.model import CallRecord, HandledBy
from voicebot.dialogue.limits import LONGEST_NOISE_S
from voicebot.stack.paths import asterisk_root
from voicebot.stack.stack import Stack

LENGTH_S = 40.0
# Within it a caller who says nothing any more has been asked twice and sent off.
CALL_LIMIT_S = LENGTH_S + 60.0
# Cut and begun again, a greeting of three sentences takes so many turns, and the rest a few more.
MOST_TURNS = 16


@dataclass(frozen=True, slots=True)
class Noise:
    samples: Callable[[Path], Samples]  # of Asterisk's root directory
    is_speech: bool = False
    waits: bool = False  # until the greeting is over, as people do
    never_ends: bool = False


NOISES: Mapping[str, Noise] = {
    "a monologue": Noise(
        lambda root: noises.monologue(sounds_dir(root), LENGTH_S), is_speech=True, waits=True
    ),
    "a monologue into the greeting": Noise(
        lambda root: noises.monologue(sounds_dir(root), LENGTH_S), is_speech=True
    ),
    "babble": Noise(lambda root: noises.babble(sounds_dir(root), LENGTH_S)),
    "white noise": Noise(lambda root: noises.white(LENGTH_S)),
    "pink noise": Noise(lambda root: noises.pink(LENGTH_S)),
    "pink noise without end": Noise(
        lambda root: noises.pink(CALL_LIMIT_S + LONGEST_NOISE_S), never_ends=True
    ),
    "hum": Noise(lambda root: noises.hum(LENGTH_S)),
    "music": Noise(lambda root: noises.music(root, LENGTH_S)),
    "silence": Noise(lambda root: noises.silence(1.0)),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A call as its caller heard it."""

    phone: Phone
    turns: Sequence[MeasuredTurn]


@pytest.fixture(scope="module")
def calls(stack: Stack, accounts: Accounts, callers: Iterator[str]) -> Mapping[str, Heard]:
    return asyncio.run(_place_all(stack, callers))


async def _place_all(stack: Stack, callers: Iterator[str]) -> Mapping[str, Heard]:
    root = asterisk_root(stack.settings.cache_dir)
    samples = {name: noise.samples(root) for name, noise in NOISES.items()}
    async with observing(stack.settings) as seen, asyncio.TaskGroup() as tasks:
        placed = {
            name: tasks.create_task(
                _place(stack, seen, next(callers), name, samples[name]), name=name
            )
            for name in NOISES
        }
    return {name: task.result() for name, task in placed.items()}


async def _place(stack: Stack, seen: Observer, caller: str, name: str, samples: Samples) -> Heard:
    noise = NOISES[name]
    limit_s = CALL_LIMIT_S + (LONGEST_NOISE_S if noise.never_ends else 0)
    async with phone(stack.settings.sip_port, "1000", caller) as own:
        own.dial()
        await own.answered.wait()
        if noise.waits:
            await seen.sees(caller, "turn.over")
        own.audio.say(name, samples)
        try:
            async with asyncio.timeout(limit_s):
                await own.over.wait()
        except TimeoutError:
            own.hang_up()
            await own.is_over()
    return Heard(own, measure(own.audio.recording()))


def _record_of(call: Heard, accounts: Accounts) -> CallRecord:
    [one] = accounts.calls_of(call.phone.caller)
    assert one.turns <= MOST_TURNS, "it begins again and again"
    return one.record


@pytest.mark.parametrize("name", NOISES)
def test_a_noisy_caller_is_sent_off_in_the_end_and_on_record(
    calls: Mapping[str, Heard], accounts: Accounts, name: str
) -> None:
    call = calls[name]
    record = _record_of(call, accounts)
    assert record.handled_by is HandledBy.AGENT
    assert call.phone.hung_up_by == AGENT
    assert record.hangup_cause == 16


@pytest.mark.parametrize("name", [name for name, noise in NOISES.items() if noise.is_speech])
def test_whoever_has_spoken_at_length_is_answered_soon(
    calls: Mapping[str, Heard], dead_air: DeadAir, name: str
) -> None:
    turn = calls[name].turns[-1]
    assert turn.said == name
    assert turn.answer is not None
    assert turn.voice_to_voice_ms is not None
    dead_air.heard(turn.voice_to_voice_ms)


@pytest.mark.parametrize("name", [n for n, noise in NOISES.items() if not noise.never_ends])
def test_no_silence_is_longer_than_the_agents_patience_and_the_time_to_answer(
    calls: Mapping[str, Heard], stack: Stack, dead_air: DeadAir, name: str
) -> None:
    """Whoever has made a noise and said nothing has the floor, and is asked when it gets long."""
    patience_ms = load_business(stack.settings.business_file).silence.patience_s * 1_000
    turn = calls[name].turns[-1]
    silences_ms = [turn.longest_pause_ms]
    # Where the noise outlasts the call, nothing is heard behind it.
    if turn.voice_to_voice_ms is not None:
        silences_ms.append(turn.voice_to_voice_ms)
    dead_air.heard(*(round(max(0, one - patience_ms)) for one in silences_ms))
