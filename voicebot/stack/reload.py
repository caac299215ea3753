"""How does a running Asterisk come to know a changed business, its people and its trunks?

Everything is rendered beside what is in force and compared with it. What Asterisk can read under
running calls is put in force; a file that cannot be used changes nothing, and what Asterisk refuses
is taken back.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voicebot.dialogue.business import Business
from voicebot.errors import StackError
from voicebot.settings import Settings
from voicebot.stack import asterisk_console
from voicebot.stack.asterisk_config import TRUNK_MODULES_TO_RELOAD, fill, read_all, render
from voicebot.stack.dialplan import inbound_numbers
from voicebot.stack.paths import StackPaths

# What may change under running calls: files of /etc/asterisk, and whole directories of it.
RELOADED_FILES = frozenset({"extensions.conf", "musiconhold.conf", "queues.conf"})
RELOADED_DIRECTORIES = ("dialplans", "phones", "trunks")
_COMMANDS = (
    *(f"module reload {module}" for module in TRUNK_MODULES_TO_RELOAD),
    "queue reload all",
    "moh reload",
)
# What the console says instead of an exit status.
_REFUSALS = ("No such", "not loaded", "failed", "not be reloaded", "unable")


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of a reload."""

    is_live: bool  # false: no Asterisk runs; it will read the files when it starts
    changed: tuple[str, ...]
    needs_restart: tuple[str, ...]  # differ from what is in force, and were left as they are


def reload_asterisk(settings: Settings, businesses: Sequence[Business]) -> Reloaded:
    """Puts a changed business and changed trunks in force.

    Raises ConfigurationError before anything is changed, and StackError when Asterisk refuses
    what is new: then the old is in force again.
    """
    paths = StackPaths.of(settings)
    etc = paths.asterisk_instance / "etc"
    numbers = [number for business in businesses for number in inbound_numbers(business)]
    with tempfile.TemporaryDirectory() as directory:
        drawn_up = Path(directory)
        render(settings, numbers, drawn_up, businesses)
        wanted, wanted_to_stay = _split(_texts(drawn_up))
    if not etc.is_dir():
        return Reloaded(is_live=False, changed=(), needs_restart=())
    in_force, staying = _split(_texts(etc))
    changed = _differing(wanted, in_force)
    needs_restart = _differing(wanted_to_stay, staying)
    is_live = asterisk_console.is_running(paths)
    if changed:
        _install(etc, wanted)
        if is_live:
            try:
                read_anew(paths)
            except StackError:
                _install(etc, in_force)
                read_anew(paths)
                raise
    return Reloaded(is_live, changed, needs_restart)


def require_usable(settings: Settings, businesses: Sequence[Business]) -> None:
    """Raises ConfigurationError for businesses that a reload would refuse; changes nothing."""
    if not (StackPaths.of(settings).asterisk_instance / "etc").is_dir():
        return  # no Asterisk here
    numbers = [number for business in businesses for number in inbound_numbers(business)]
    with tempfile.TemporaryDirectory() as directory:
        render(settings, numbers, Path(directory), businesses)


def read_anew(paths: StackPaths) -> None:
    """Has a running Asterisk read again what may change; raises StackError when it refuses."""
    for command in _COMMANDS:
        answer = asterisk_console.ask(paths, command)
        if any(refusal in answer for refusal in _REFUSALS):
            raise StackError(f"Asterisk refused `{command}`: {answer.strip()}")


def reloaded_texts(paths: StackPaths) -> Mapping[str, str]:
    """What may change under running calls, as it is written now."""
    return _split(_texts(paths.asterisk_instance / "etc"))[0]


def is_reloaded(name: str) -> bool:
    """Whether a file of /etc/asterisk, by its path below it, may change under running calls."""
    return name in RELOADED_FILES or name.partition("/")[0] in RELOADED_DIRECTORIES


def _split(texts: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    reloaded = {name: text for name, text in texts.items() if is_reloaded(name)}
    return reloaded, {name: text for name, text in texts.items() if name not in reloaded}


def _differing(wanted: Mapping[str, str], found: Mapping[str, str]) -> tuple[str, ...]:
    names = wanted.keys() | found.keys()
    return tuple(sorted(name for name in names if wanted.get(name) != found.get(name)))


def _texts(etc: Path) -> dict[str, str]:
    return {str(path.relative_to(etc)): path.read_text() for path in sorted(etc.rglob("*.conf"))}


def _install(etc: Path, texts: Mapping[str, str]) -> None:
    """Files that stay are not touched; of the directories that may change, all else goes."""
    for directory in RELOADED_DIRECTORIES:
        inside = {
            name.partition("/")[2]: text
            for name, text in texts.items()
            if name.startswith(f"{directory}/")
        }
        fill(etc / directory, inside)
    staying = {name: text for name, text in read_all(etc).items() if not is_reloaded(name)}
    fill(etc, {**staying, **{name: text for name, text in texts.items() if "/" not in name}})
