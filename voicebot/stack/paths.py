"""Where does each part of a stack keep its files?

Everything that lasts lies below `state_dir`, so two stacks with two state directories share
nothing but the Asterisk root directory, which neither of them writes to.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from voicebot.errors import StackError
from voicebot.settings import PROJECT_DIR, Settings

BUILD_ROOT = PROJECT_DIR / "asterisk" / "build_root"
ENTER_ROOT = PROJECT_DIR / "asterisk" / "enter_root"

# What asterisk/enter_root binds over the root directory's own.
INSTANCE_DIRECTORIES = ("cache", "etc", "lib", "log", "run", "spool")

# sun_path holds 108 bytes; supervisor appends its process id to the name before it renames.
_LONGEST_SOCKET_PATH = 95


@dataclass(frozen=True, slots=True)
class StackPaths:
    """The files of one stack."""

    state_dir: Path
    asterisk_root: Path

    @classmethod
    def of(cls, settings: Settings) -> "StackPaths":
        """Raises StackError when the state directory's path is too long for a socket in it."""
        paths = cls(settings.state_dir.absolute(), asterisk_root(settings.cache_dir))
        if len(str(paths.control_socket)) > _LONGEST_SOCKET_PATH:
            raise StackError(
                f"{paths.state_dir} is too long a path for the sockets in it: "
                "set VOICEBOT_STATE_DIR to a shorter one"
            )
        return paths

    @property
    def secrets(self) -> Path:
        return self.state_dir / "secrets.env"

    @property
    def log_dir(self) -> Path:
        return self.state_dir / "log"

    @property
    def asterisk_instance(self) -> Path:
        return self.state_dir / "asterisk"

    @property
    def redis_dir(self) -> Path:
        return self.state_dir / "redis"

    @property
    def redis_config(self) -> Path:
        return self.redis_dir / "redis.conf"

    @property
    def supervisor_dir(self) -> Path:
        return self.state_dir / "supervisor"

    @property
    def supervisor_config(self) -> Path:
        return self.supervisor_dir / "supervisord.conf"

    @property
    def control_socket(self) -> Path:
        return self.supervisor_dir / "control"

    @property
    def lock(self) -> Path:
        return self.supervisor_dir / "lock"

    def log(self, program: str) -> Path:
        return self.log_dir / f"{program}.log"


def asterisk_root(cache_dir: Path) -> Path:
    """The root directory that asterisk/build_root makes: keyed by the hash of that script."""
    digest = hashlib.sha256(BUILD_ROOT.read_bytes()).hexdigest()
    return cache_dir.absolute() / f"asterisk-{digest[:12]}"
