"""The command line: `voicebot …`."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


def main() -> None:
    """The entry point named in pyproject.toml."""
    app()
