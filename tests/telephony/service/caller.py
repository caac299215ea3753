"""A caller who listens: speaks and presses keys when the agent waits for it.

SIPp speaks SIP, and the audio is in our own hands. What the agent said is recognised from what
arrived at the caller's ear; whose turn it is, is read from the call's live context, so that a
busy machine does not make the caller rude.
"""

import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
from numpy.typing import NDArray
from redis import Redis

from tests.polling import until
from tests.stack_fixture import free_ports
from tests.telephony.transfers.headset import Headset
from tests.telephony.transfers.phones import Telephone, playing
from voicebot.audio.frames import Encoding
from voicebot.audio.g711 import encode
from voicebot.caller.audio_files import write_wav
from voicebot.caller.listening import contains_words, transcribe
from voicebot.caller.speech import spoken
from voicebot.calls.model import CallId
from voicebot.calls.session import CallContext, load_context
from voicebot.calls.transitions import CallState
from voicebot.dialogue.conversation_state import Phase
from voicebot.shared_state import keys
from voicebot.stack.stack import Stack

# How long an agent may take to answer on a machine that has other things to do.
ANSWER_LIMIT_S = 40
# The recognizer may mishear a clause of the right answer; of a wrong one it hears 12 % at most.
HEARD_SHARE = 0.5


@dataclass(slots=True)
class Caller:
    """In the middle of a call."""

    number: str
    phone: Telephone
    stack: Stack
    directory: Path
    answers: dict[str, tuple[float, float]] = field(default_factory=dict)
    _turns: int = 0
    _since_s: float = field(default_factory=time.monotonic)
    _call_id: CallId | None = None

    @property
    def headset(self) -> Headset:
        return self.phone.headset

    @property
    def call_id(self) -> CallId:
        if self._call_id is None:
            channel = until(self._own_channel, "the call is in Asterisk", ANSWER_LIMIT_S)
            self._call_id = CallId(str(channel["id"]))
        return self._call_id

    @property
    def context(self) -> CallContext | None:
        """Where the call stands, as its agent saved it last."""
        with Redis.from_url(self.stack.settings.redis_url, decode_responses=True) as redis:
            text = redis.get(keys.call_context(self.call_id))
        return None if text is None else load_context(str(text))

    @property
    def agent(self) -> str:
        """Which agent process has the call."""
        context = self.context
        assert context is not None
        return context.agent

    def is_answered(self, name: str) -> None:
        """Waits until the agent has had its say; `name` is for finding its words again."""
        until(self._is_their_turn, lambda: f"an answer: {name}\n{self.context}", ANSWER_LIMIT_S)
        self.keeps(name)

    def keeps(self, name: str) -> None:
        """What was heard since the last name has this one."""
        now = time.monotonic()
        self.answers[name] = (self._since_s, now)
        self._since_s = now

    def hears_sound(self, limit_s: float = 20) -> None:
        since_s = time.monotonic()
        until(lambda: self.headset.hears_sound(since_s), "something is to be heard", limit_s)

    def hears_music(self) -> None:
        """Waits until the call is on its way to an operator."""
        until(self._is_away, lambda: f"music\n{self.context}", ANSWER_LIMIT_S)
        self.hears_sound()

    def says(self, text: str) -> None:
        self.begins_to_say(text)
        self._has_said_all()

    def begins_to_say(self, text: str) -> None:
        samples = spoken(text, self.stack.settings.cache_dir)
        self.headset.say(encode(np.asarray(samples, np.int16), Encoding.ULAW))

    def presses(self, keys_pressed: str) -> None:
        for key in keys_pressed:
            self.headset.press(key)
        self._has_said_all()

    def hangs_up(self) -> None:
        self.phone.hang_up()
        self.is_hung_up_on()

    def is_hung_up_on(self) -> None:
        """Waits until the other side ends the call."""
        assert self.phone.is_as_expected(), self.phone.log
        self.keeps("the end")

    def samples(self, name: str) -> NDArray[np.int16]:
        begin_s, end_s = self.answers[name]
        samples = self.headset.samples_since(begin_s)
        later = self.headset.samples_since(end_s).size
        return samples[: samples.size - later]

    def words(self) -> Mapping[str, str]:
        """What the caller understood, by the names it was kept under."""
        return understood(self.directory, {name: self.samples(name) for name in self.answers})

    def _has_said_all(self) -> None:
        until(lambda: not self.headset.is_busy, "all is said", ANSWER_LIMIT_S)

    def _is_their_turn(self) -> bool:
        context = self.context
        if context is None or context.conversation.phase is not Phase.LISTENING:
            return False
        turns = len(context.conversation.records)
        if turns <= self._turns:
            return False
        self._turns = turns
        return True

    def _is_away(self) -> bool:
        context = self.context
        return context is not None and context.state is CallState.TRANSFERRING

    def _own_channel(self) -> Mapping[str, object] | None:
        settings = self.stack.settings
        credentials = (settings.ari_username, settings.ari_password.get_secret_value())
        answer = httpx.get(f"{settings.ari_url}/ari/channels", auth=credentials)
        answer.raise_for_status()
        channels: Sequence[Mapping[str, Mapping[str, str]]] = answer.json()
        return next((one for one in channels if one["caller"]["number"] == self.number), None)


def understood(directory: Path, recordings: Mapping[str, NDArray[np.int16]]) -> Mapping[str, str]:
    """The words on recordings, by name; "" where there are none."""
    directory.mkdir(parents=True, exist_ok=True)
    files = {}
    for number, (name, samples) in enumerate(recordings.items()):
        if samples.size:
            files[name] = directory / f"{number}.wav"
            write_wav(files[name], samples)
    found = {heard.path: heard.text for heard in transcribe(list(files.values()))}
    return {name: found[files[name]] if name in files else "" for name in recordings}


@contextmanager
def calling(stack: Stack, number: str, caller: str, directory: Path) -> Iterator[Caller]:
    """Rings a number, and stays until the other side hangs up."""
    [sip_port] = free_ports(1, socket.SOCK_DGRAM)
    arguments = ("-s", number, "-key", "caller", caller)
    with playing(
        stack, "uac-stays-until-told-expect-bye-or-200", directory, sip_port, 0, *arguments
    ) as phone:
        try:
            yield Caller(caller, phone, stack, directory)
        finally:
            if phone.process.poll() is None:
                phone.hang_up()
                phone.is_as_expected()


def hears_all(heard: str, said: str | None) -> bool:
    """Whether what was recognised is this, but for a few words."""
    assert said is not None
    return contains_words(heard, said) >= HEARD_SHARE
