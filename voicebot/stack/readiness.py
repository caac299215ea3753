"""Does a process do its work already, seen from outside?

Each question is asked anew and has a deadline; no answer is a no.
"""

from collections.abc import Callable
from typing import cast

import httpx
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from voicebot.calls.heartbeat import GUARDIAN_APP
from voicebot.settings import Settings
from voicebot.shared_state.keys import AGENT_PREFIX
from voicebot.stack.programs import Program, Readiness

_DEADLINE_S = 1.0


def lease_pattern(program: Program, pid: int) -> str | None:
    """The key in Redis that says this very process is alive and ready, if that is its way."""
    _, _, which = program.name.partition("-")
    match program.readiness:
        case Readiness.WORKER_LEASE:
            # workers.contract.worker_key: a worker is named by its host and process.
            return f"worker:{which.partition('.')[0]}:*-{pid}"
        case Readiness.AGENT_LEASE:
            return f"{AGENT_PREFIX}*-{which}"
        case _:
            return None


class ReadinessProbe:
    """Asks the servers of one stack."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def is_ready(self, program: Program, pid: int) -> bool:
        """For a program that runs as this process."""
        pattern = lease_pattern(program, pid)
        if pattern is not None:
            return self.lease_exists(pattern)
        match program.readiness:
            case Readiness.REDIS_ANSWERS:
                return self.redis_answers()
            case Readiness.ARI_ANSWERS:
                return self.ari_answers()
            case Readiness.GUARDIAN_LISTENS:
                return self.guardian_listens()
            case _:
                return True

    def redis_answers(self) -> bool:
        """False also while it loads its append-only file."""
        return self._ask_redis(lambda redis: bool(redis.ping()))

    def lease_exists(self, pattern: str) -> bool:
        return self._ask_redis(
            lambda redis: next(iter(redis.scan_iter(match=pattern, count=1000)), None) is not None
        )

    def ari_answers(self) -> bool:
        """Asterisk's modules are loaded in order; ARI comes near the end."""
        return self._ask_ari("asterisk/ping") == httpx.codes.OK

    def guardian_listens(self) -> bool:
        """Its application ends with its socket, for it never has a channel."""
        return self._ask_ari(f"applications/{GUARDIAN_APP}") == httpx.codes.OK

    def _ask_ari(self, resource: str) -> int | None:
        """The answer's status; None: no answer."""
        account = (
            self._settings.ari_username,
            self._settings.ari_password.get_secret_value(),
        )
        try:
            answer = httpx.get(
                f"{self._settings.ari_url}/ari/{resource}",
                auth=account,
                timeout=_DEADLINE_S,
                trust_env=False,
            )
        except httpx.HTTPError:
            return None
        return answer.status_code

    def redis_setting(self, name: str) -> str | None:
        """A value of Redis' running configuration; None when it does not answer."""
        try:
            with self._redis() as redis:
                return cast("dict[str, str]", redis.config_get(name)).get(name)
        except (RedisError, OSError):
            return None

    def _ask_redis(self, question: Callable[[Redis], bool]) -> bool:
        try:
            with self._redis() as redis:
                return question(redis)
        except (RedisError, OSError):
            return False

    def _redis(self) -> Redis:
        return Redis.from_url(
            self._settings.redis_url,
            socket_timeout=_DEADLINE_S,
            socket_connect_timeout=_DEADLINE_S,
            decode_responses=True,
            retry=Retry(NoBackoff(), 0),
        )
