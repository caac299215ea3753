"""Which configuration does the process runner (supervisord) run with?

It starts nothing by itself: `up` starts each phase when the one before is ready. From then on it
restarts whatever dies.
"""

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import SecretStr

from voicebot.settings import PROJECT_DIR, Settings
from voicebot.stack.paths import StackPaths
from voicebot.stack.programs import Program

_LOG_BYTES = "10MB"
_LOG_BACKUPS = 3


def render_supervisor(programs: Iterable[Program], paths: StackPaths, *, is_root: bool) -> str:
    """The text of supervisord.conf."""
    sections = [
        ("unix_http_server", {"file": str(paths.control_socket), "chmod": "0700"}),
        (
            "supervisord",
            {
                "logfile": str(paths.log("supervisord")),
                "logfile_maxbytes": _LOG_BYTES,
                "logfile_backups": str(_LOG_BACKUPS),
                "pidfile": str(paths.supervisor_dir / "pid"),
                "umask": "027",
                # Said expressly, or it warns about it at each start.
                **({"user": "root"} if is_root else {}),
            },
        ),
        (
            "rpcinterface:supervisor",
            {"supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"},
        ),
        *(_section(program, paths) for program in programs),
    ]
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key} = {_escaped(value)}\n" for key, value in values.items())
        for name, values in sections
    )


def _section(program: Program, paths: StackPaths) -> tuple[str, dict[str, str]]:
    return (
        f"program:{program.name}",
        {
            "command": shlex.join(program.command),
            "directory": str(PROJECT_DIR),
            "autostart": "false",
            "autorestart": "true",
            "startsecs": "1",
            # The pause grows by a second with each attempt: about ten minutes in all.
            "startretries": "35",
            "stopasgroup": "true",
            "killasgroup": "true",
            "stopwaitsecs": str(program.stop_deadline_s),
            "redirect_stderr": "true",
            "stdout_logfile": str(paths.log(program.name)),
            "stdout_logfile_maxbytes": _LOG_BYTES,
            "stdout_logfile_backups": str(_LOG_BACKUPS),
        },
    )


def _escaped(value: str) -> str:
    """Per cent signs begin an expansion there."""
    return value.replace("%", "%%")


def environment_of(settings: Settings) -> Mapping[str, str]:
    """The settings as environment variables: every process of the stack sees these very ones."""
    return {
        f"VOICEBOT_{name.upper()}": _as_text(getattr(settings, name))
        for name in type(settings).model_fields
    }


def _as_text(value: Any) -> str:
    """As the settings read it again: what has parts is JSON there."""
    if isinstance(value, Mapping):
        return json.dumps({key: _as_text(part) for key, part in value.items()})
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
