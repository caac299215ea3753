"""`voicebot crowd`: many callers in one process, for the benches. Hidden: they start it."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from voicebot.caller.crowd_plan import CrowdPlan
from voicebot.errors import CallerError


def crowd(
    plan: Annotated[Path, typer.Argument(help="A CrowdPlan as JSON.", exists=True)],
) -> None:
    """Holds the calls of the plan, and prints what each lived through as JSON."""
    try:
        # The GPL part: only a process that really places calls loads it.
        from voicebot.caller.crowd_phone import hold_crowd
    except ImportError as error:
        raise CallerError("pjsua2 is missing: install the extra `caller`") from error
    calls = hold_crowd(CrowdPlan.from_json(json.loads(plan.read_text("utf-8"))))
    print(json.dumps([call.to_json() for call in calls]))
    sys.stdout.flush()


def register(app: typer.Typer) -> None:
    """Adds `crowd` to the command line."""
    app.command("crowd", hidden=True)(crowd)
