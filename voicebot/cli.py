"""The command line: `voicebot …`."""

import sys

import typer

from voicebot.commands import (
    agent,
    bench,
    budgets,
    caller,
    costs,
    crowd,
    degrade,
    demo,
    dial,
    erase_caller,
    guardian,
    node,
    panel,
    phone,
    probe,
    queues,
    records,
    reload,
    savings,
    simulate,
    stack,
    tokens,
)
from voicebot.errors import VoicebotError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Telephony-first voice AI on Asterisk.",
)
for module in (
    stack,
    reload,
    degrade,
    demo,
    caller,
    crowd,
    dial,
    bench,
    simulate,
    probe,
    phone,
    queues,
    records,
    erase_caller,
    costs,
    budgets,
    savings,
    node,
    panel,
    tokens,
    agent,
    guardian,
):
    module.register(app)


def main() -> None:
    """The entry point named in pyproject.toml. What can be mended is said in one line."""
    try:
        app()
    except VoicebotError as error:
        sys.exit(f"voicebot: {error.code}: {error}")
