"""A whole stack of its own for tests, beside whatever runs on this machine.

Free ports, a state directory of its own, and a `down` in the end. `running_stack` is everything;
`running_servers` is Redis and Asterisk alone.
"""

import os
import random
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError

from voicebot.inference.speech_store import LIFETIME_S
from voicebot.settings import Settings
from voicebot.stack.generated_secrets import with_generated_secrets
from voicebot.stack.paths import asterisk_root
from voicebot.stack.stack import Stack
from workers.contract import SPEECH_ENGINE_KEY, Stage

# For a little more than 200 calls at once.
RTP_PORTS = 520
CONVERSATIONS = 24
# What one whole stack of this process has made into speech: the next ones need not wait for it to
# be made again, which takes them 20 s each. The first shows that it is made.
_spoken: dict[bytes, bytes] = {}


def free_ports(count: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> list[int]:
    """Ports of loopback that were free a moment ago, all different."""
    with ExitStack() as bound:
        sockets = [bound.enter_context(socket.socket(socket.AF_INET, kind)) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def free_udp_range(size: int) -> int:
    """The first of `size` neighbouring UDP ports that were all free a moment ago."""
    # Below what the kernel hands out by itself.
    for first in random.sample(range(12_000, 32_000 - size, size), k=30):
        with ExitStack() as bound:
            try:
                for port in range(first, first + size):
                    one = bound.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                    one.bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise AssertionError(f"no {size} neighbouring UDP ports are free")


def settings_of_own_stack(state_dir: Path, **changes: Any) -> Settings:
    """Settings that share nothing with another stack on this machine."""
    http_port, redis_port, ami_port = free_ports(3)
    (sip_port,) = free_ports(1, socket.SOCK_DGRAM)
    rtp_first_port = free_udp_range(RTP_PORTS)
    values = {
        "state_dir": state_dir,
        "node_name": "testnode",
        "sip_port": sip_port,
        "http_port": http_port,
        "redis_port": redis_port,
        "panel_port": 0,
        "ami_port": ami_port,
        "rtp_first_port": rtp_first_port,
        "rtp_last_port": rtp_first_port + RTP_PORTS - 1,
        "ari_password": "",
        "ami_password": "",
        "probe_password": "",
        "redis_password": "",
        "redis_address": "",
        "database_url": "",
        # Tests of whatever else need all the time there is.
        "reads_recordings": False,
        # Nobody waits unless a test wants it.
        **{f"{stage.value}_conversations": CONVERSATIONS for stage in Stage},
        **changes,
    }
    return with_generated_secrets(Settings.model_validate(values))


def need(what: str, *, is_there: bool) -> None:
    """A missing server skips on a laptop and fails in CI."""
    if is_there:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing: run `make setup`")
    pytest.skip(f"{what} is missing")


@contextmanager
def stack_for_tests(state_dir: Path, *only: str, **changes: Any) -> Iterator[Stack]:
    """Up inside the block and down after it."""
    settings = settings_of_own_stack(state_dir, **changes)
    need("redis-server", is_there=shutil.which("redis-server") is not None)
    need("Asterisk's root directory", is_there=asterisk_root(settings.cache_dir).is_dir())
    stack = Stack(settings)
    is_whole = not only
    try:
        if is_whole and _spoken:
            stack.up(("redis",))
            with Redis.from_url(settings.redis_url) as redis:
                for key, speech in _spoken.items():
                    redis.set(key, speech, ex=LIFETIME_S)
        stack.up(only)
        yield stack
        if is_whole:
            _keep_speech(settings)
    finally:
        stack.down()


def _keep_speech(settings: Settings) -> None:
    """What was made into speech here. A stack that a test has broken gives none."""
    with suppress(RedisError), Redis.from_url(settings.redis_url, socket_timeout=5) as redis:
        for key in redis.scan_iter("speech:*", count=1000):
            speech = redis.get(key)
            # Which engine speaks is each stack's own to say.
            if isinstance(speech, bytes) and key != SPEECH_ENGINE_KEY.encode():
                _spoken[key] = speech


@pytest.fixture
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Has a short path: the names of sockets in it are bounded."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def running_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything: Redis, Asterisk, all workers, agents and the keeper of records."""
    with stack_for_tests(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture(scope="session")
def running_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Redis and Asterisk, without any process of ours."""
    with stack_for_tests(tmp_path_factory.mktemp("servers"), "redis", "asterisk") as stack:
        yield stack
