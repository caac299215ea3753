"""Was a call as it should be? Facts in, faults out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tests.telephony.scenarios.expectations import Heard, Scenario
from tests.telephony.scenarios.sounds import AGENT_HZ, CALLER_HZ
from voicebot.audio.frames import FRAME_MS, Encoding
from voicebot.audio.g711 import decode

_AUDIBLE = 300.0  # root mean square of 16-bit samples
_PURE = 0.8  # of a frame's energy is the tone's
ENOUGH_MS = 200
_PROMPT_MS = 500
# Where sounds begin and end a frame holds half of each.
_TOLERATED = 0.1


@dataclass(frozen=True, slots=True)
class Sounds:
    """How long a tone, and how long anything else, was to be heard."""

    tone_ms: int
    other_ms: int


@dataclass(frozen=True, slots=True)
class Witness:
    """What was seen and heard of one scenario, on all sides."""

    sip_is_as_expected: bool
    caller_heard: Sequence[bytes]
    caller_heard_on_second: Sequence[bytes]
    agent_heard: Sequence[tuple[bytes, Encoding]]
    media_keys: Sequence[str]
    channel_keys: Sequence[str]
    records: Sequence[Mapping[str, str]]


def sounds_in(audio: bytes, encoding: Encoding, tone_hz: int) -> Sounds:
    is_linear = encoding.bytes_per_sample == 2
    samples = (np.frombuffer(audio, "<i2") if is_linear else decode(audio, encoding)).astype(float)
    size = encoding.rate_hz * FRAME_MS // 1_000
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    wave = np.exp(-2j * np.pi * tone_hz * np.arange(size) / encoding.rate_hz)
    energies = (frames**2).sum(axis=1)
    is_audible = energies > _AUDIBLE**2 * size
    # A pure tone of amplitude A has the energy A² n / 2 and projects to A n / 2.
    is_tone = 2 * np.abs(frames @ wave) ** 2 / size > _PURE * energies
    tone_ms, all_ms = (
        int(count) * FRAME_MS for count in ((is_audible & is_tone).sum(), is_audible.sum())
    )
    return Sounds(tone_ms, all_ms - tone_ms)


def faults(scenario: Scenario, seen: Witness) -> Iterator[str]:
    if not seen.sip_is_as_expected:
        yield "the SIP dialogue was not as its file demands"
    caller, second, agent = (
        [sounds_in(audio, encoding, tone_hz) for audio, encoding in heard]
        for heard, tone_hz in (
            ([(audio, scenario.encoding) for audio in seen.caller_heard], AGENT_HZ),
            ([(audio, scenario.encoding) for audio in seen.caller_heard_on_second], AGENT_HZ),
            (seen.agent_heard, CALLER_HZ),
        )
    )
    for who, expected, heard in (
        ("the caller", scenario.caller_hears, caller),
        ("the caller's second address", scenario.caller_hears_on_second_address, second),
        ("the agent", scenario.agent_hears, agent),
    ):
        if not _is_right(expected, heard, scenario.calls):
            yield f"{who} heard {heard} in {scenario.calls} calls, not {expected.name}"
    for where, pressed in (("media", seen.media_keys), ("channel", seen.channel_keys)):
        if "".join(pressed) != scenario.keys:
            yield f"keys on the {where}: {pressed}, not {scenario.keys!r}"
    yield from _of_records(scenario, seen.records)


def _is_right(expected: Heard, heard: Sequence[Sounds], calls: int) -> bool:
    match expected:
        case Heard.ANYTHING:
            return True
        case Heard.NOTHING:
            return all(sounds == Sounds(0, 0) for sounds in heard)
        case Heard.TONE:
            return len(heard) == calls and all(
                sounds.tone_ms >= ENOUGH_MS and sounds.other_ms <= _TOLERATED * sounds.tone_ms
                for sounds in heard
            )
        case Heard.PROMPT:
            return len(heard) == calls and all(
                sounds.other_ms >= _PROMPT_MS and sounds.tone_ms < ENOUGH_MS for sounds in heard
            )
        case Heard.TONE_THEN_PROMPT:
            return len(heard) == calls and all(
                sounds.other_ms >= _PROMPT_MS and sounds.tone_ms >= ENOUGH_MS for sounds in heard
            )


def _of_records(scenario: Scenario, records: Sequence[Mapping[str, str]]) -> Iterator[str]:
    if len(records) != scenario.records:
        yield f"{len(records)} CDR lines, not {scenario.records}"
    for record in records:
        demanded = {
            "disposition": scenario.disposition,
            "hangup_cause": scenario.cause,
            "handled_by": scenario.handled_by,
            "caller_number": scenario.caller_on_record,
        }
        expected = {name: value for name, value in demanded.items() if value is not None}
        found = {name: record[name] for name in expected}
        if found != expected:
            yield f"on record: {found}, not {expected}"
