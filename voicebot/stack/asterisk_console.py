"""What does a running Asterisk answer to a command of its console?"""

import subprocess
import time

from voicebot.errors import StackError
from voicebot.stack.paths import ENTER_ROOT, StackPaths

_LIMIT_S = 30
# Its last calls end within moments; an Asterisk that hangs is not waited for.
_HANG_UP_LIMIT_S = 3
_LOOK_EVERY_S = 0.1


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


def hang_up_all(paths: StackPaths) -> None:
    """Refuses new calls and ends those that are up, within seconds or not at all.

    Of calls that end because Asterisk does, some leave no line in the CDR file (seen on 22.10.1).
    """
    if not (paths.asterisk_instance / "run" / "asterisk.ctl").exists():
        return
    give_up_at = time.monotonic() + _HANG_UP_LIMIT_S
    try:
        for command in ("dialplan set global VOICEBOT_DRAINING 1", "channel request hangup all"):
            if _ask(paths, command, _HANG_UP_LIMIT_S).returncode != 0:
                return
        while time.monotonic() < give_up_at:
            channels = _ask(paths, "core show channels concise", _HANG_UP_LIMIT_S)
            if not channels.stdout.strip():
                return
            time.sleep(_LOOK_EVERY_S)
    except StackError:
        # It is about to be ended by force, and its calls with it.
        return


def _ask(
    paths: StackPaths, command: str, limit_s: float | None = None
) -> subprocess.CompletedProcess[str]:
    limit_s = _LIMIT_S if limit_s is None else limit_s
    entered = map(str, (ENTER_ROOT, paths.asterisk_root, paths.asterisk_instance))
    try:
        return subprocess.run(
            [*entered, "asterisk", "-rx", command],
            capture_output=True,
            check=False,
            text=True,
            timeout=limit_s,
        )
    except subprocess.TimeoutExpired as error:
        raise StackError(f"Asterisk's console did not answer within {limit_s:g} s") from error
