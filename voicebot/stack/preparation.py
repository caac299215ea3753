"""What must be written before the processes of a stack can start?

All configuration follows from the settings and the business file, and is written anew each time.
The database is brought up to date. Nothing that a person made is overwritten.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from voicebot.business_file import load_businesses
from voicebot.settings import Settings
from voicebot.stack.asterisk_config import render
from voicebot.stack.asterisk_instance import prepare_instance
from voicebot.stack.dialplan import inbound_numbers
from voicebot.stack.paths import StackPaths
from voicebot.stack.programs import Program
from voicebot.stack.redis_config import render_redis
from voicebot.stack.supervisor_config import render_supervisor
from voicebot.store.schema import upgrade


def prepare(settings: Settings, paths: StackPaths, programs: Iterable[Program]) -> None:
    """Raises ConfigurationError, BusinessFileInvalid or StackError, and says what to do."""
    businesses = load_businesses(settings.business_file)
    for directory in (paths.supervisor_dir, paths.redis_dir, paths.log_dir):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    prepare_instance(paths)
    numbers = [number for business in businesses for number in inbound_numbers(business)]
    render(settings, numbers, paths.asterisk_instance / "etc", businesses)
    _write_private(paths.redis_config, render_redis(settings, paths.redis_dir))
    is_root = os.geteuid() == 0
    _write_private(paths.supervisor_config, render_supervisor(programs, paths, is_root=is_root))
    upgrade(settings.resolved_database_url)


def _write_private(path: Path, text: str) -> None:
    """Readable by its owner only; whole or not at all."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
