"""Which configuration does the stack's own Redis run with?

Reachable on the bind address alone and with the password alone; what it acknowledged survives a
crash but for the last second. What is promised to a person is in SQL, not here.
"""

from pathlib import Path

from voicebot.errors import ConfigurationError
from voicebot.settings import Settings


def render_redis(settings: Settings, directory: Path) -> str:
    """The text of redis.conf; it holds the password. Raises ConfigurationError without one."""
    password = settings.redis_password.get_secret_value()
    if not password:
        raise ConfigurationError("VOICEBOT_REDIS_PASSWORD is empty: `make setup` generates it")
    lines = (
        ("bind", settings.bind_address),
        ("port", str(settings.redis_port)),
        ("requirepass", _quoted(password)),
        ("dir", _quoted(str(directory))),
        ("daemonize", "no"),
        # An empty name: to stdout, which the process runner writes to a file and rotates.
        ("logfile", '""'),
        ("appendonly", "yes"),
        ("appendfsync", "everysec"),
        # The append-only file is the memory; snapshots beside it would only fork the process.
        ("save", '""'),
        # Celery's and our own keys must never be dropped to make room.
        ("maxmemory-policy", "noeviction"),
        ("set-proc-title", "no"),
    )
    return "".join(f"{name} {value}\n" for name, value in lines)


def _quoted(value: str) -> str:
    if any(ord(character) < 32 for character in value):
        raise ConfigurationError("control characters cannot stand in Redis' configuration")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
