"""Is the database's schema the one this code expects, and how does it become so?

Migrations lie in `migrations/`; this runs them from code. Safe to repeat, and safe
to interrupt: all revisions of one upgrade are one transaction.
"""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url

from voicebot.settings import PROJECT_DIR

# All that running code may meet; and only what is safe while the previous release still runs.
ALL = "heads"
PRE = "pre@head"
LOCKED_S = 5.0


def configuration(database_url: str) -> Config:
    """Alembic's configuration for this database."""
    config = Config(PROJECT_DIR / "alembic.ini")
    # Not as an option: those pass through configparser, which trips over % in passwords.
    config.attributes["database_url"] = database_url
    return config


def upgrade(database_url: str, *, target: str = ALL) -> None:
    """Creates the database file if need be and brings the schema up to date.

    Blocks, and runs an event loop of its own: from async code call it in a thread.
    """
    _create_private_file(database_url)
    command.upgrade(configuration(database_url), target)


def _create_private_file(database_url: str) -> None:
    """Makes the SQLite file readable by its owner only; its journals inherit the mode."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    path = Path(url.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    _log_ahead(path)


def _log_ahead(path: Path) -> None:
    """Makes the file keep a write-ahead log, which it then does for ever.

    Two that do so at once do not wait for each other as long as told: SQLite refuses one of them
    immediately, because it could be a deadlock.
    """
    give_up_at = time.monotonic() + LOCKED_S
    with closing(sqlite3.connect(path)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError:
                if time.monotonic() > give_up_at:
                    raise
            time.sleep(0.02)
