"""What does a running Asterisk answer to a command of its console?"""

import subprocess

from voicebot.errors import StackError
from voicebot.stack.paths import ENTER_ROOT, StackPaths

_LIMIT_S = 30


def is_running(paths: StackPaths) -> bool:
    """Whether an Asterisk of this stack takes commands."""
    # Asterisk's own control socket; without it there is nothing to enter its directories for.
    if not (paths.asterisk_instance / "run" / "asterisk.ctl").exists():
        return False
    return _ask(paths, "core show uptime seconds").returncode == 0


def ask(paths: StackPaths, command: str) -> str:
    """Raises StackError when no Asterisk of this stack takes commands."""
    done = _ask(paths, command)
    if done.returncode != 0:
        raise StackError(f"Asterisk does not take commands: {done.stderr.strip()}")
    return done.stdout


def _ask(paths: StackPaths, command: str) -> subprocess.CompletedProcess[str]:
    entered = map(str, (ENTER_ROOT, paths.asterisk_root, paths.asterisk_instance))
    try:
        return subprocess.run(
            [*entered, "asterisk", "-rx", command],
            capture_output=True,
            check=False,
            text=True,
            timeout=_LIMIT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise StackError(f"Asterisk's console did not answer within {_LIMIT_S} s") from error
