"""`voicebot reload`: a changed business and changed trunks, under running calls."""

import typer

from voicebot.agent_classes import require_agents
from voicebot.business_file import load_businesses
from voicebot.settings import Settings
from voicebot.stack.reload import reload_asterisk


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
    if not done.is_live:
        typer.echo("Asterisk is not running; it reads what has changed when it starts.")
    elif done.changed:
        typer.echo(f"In force: {', '.join(done.changed)}.")
    else:
        typer.echo("Nothing has changed.")
    if done.needs_restart:
        typer.echo(
            f"Not before `voicebot down` and `voicebot up`: {', '.join(done.needs_restart)}."
        )
