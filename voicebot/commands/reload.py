"""`voicebot reload`: a changed business and changed trunks, under running calls."""

from collections.abc import Sequence
from typing import Final

import typer

from voicebot.agent_classes import require_agents
from voicebot.business_file import load_businesses
from voicebot.dialogue.business import Business
from voicebot.settings import Settings
from voicebot.stack.paths import StackPaths
from voicebot.stack.reload import Reloaded, reload_asterisk, require_usable

_NOT_RUNNING: Final = "Asterisk is not running; it reads what has changed when it starts."


def register(app: typer.Typer) -> None:
    """Puts this command on the command line."""
    app.command("reload")(reload)


def reload() -> None:
    """Put changed business files, operators, phones and trunks in force; calls go on.

    A file that cannot be used is refused, and what was in force stays. Agents take up a changed
    business file by themselves.
    """
    settings = Settings.load()
    businesses = load_businesses(settings.business_file)
    require_agents(businesses)
    done = reload_asterisk(settings, businesses)
    typer.echo(_told(done))


class Telephony:
    """This machine's Asterisk, for the panel; blocks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def check(self, businesses: Sequence[Business]) -> None:
        """Raises ConfigurationError for what could not be put in force."""
        require_usable(self._settings, businesses)

    def take_up(self, businesses: Sequence[Business]) -> str:
        """Raises StackError when Asterisk refuses; then the old is in force."""
        if not (StackPaths.of(self._settings).asterisk_instance / "etc").is_dir():
            return _NOT_RUNNING
        return _told(reload_asterisk(self._settings, businesses))


def _told(done: Reloaded) -> str:
    if not done.is_live:
        told = [_NOT_RUNNING]
    elif done.changed:
        told = [f"In force: {', '.join(done.changed)}."]
    else:
        told = ["Nothing has changed."]
    if done.needs_restart:
        told.append(
            f"Not before `voicebot down` and `voicebot up`: {', '.join(done.needs_restart)}."
        )
    return "\n".join(told)
