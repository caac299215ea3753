"""Which tables hold the panel's accounts, their sessions, and what was done?

What is private here is a person's who works with the panel, not a caller's.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from voicebot.store.tables import UtcDateTime, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("queues", Text),  # JSON list; none: all
    Column("totp_secret", Text),
    Column("totp_step", Integer, nullable=False, server_default="0"),  # the last one used
    Column("created_at", UtcDateTime, nullable=False),
    Column("extension", Text),  # the phone by which a supervisor gets on calls
)

sessions = Table(
    "panel_sessions",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column(
        "account", Text, ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("began_at", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime, nullable=False),
)

# By which identities of another service accounts are signed in to.
external_sign_ins = Table(
    "external_sign_ins",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column(
        "account", Text, ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("linked_at", UtcDateTime, nullable=False),
)

# Written before a password is looked at, so that many at once are counted, too.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Index(None, "account", "at"),
    Index(None, "address", "at"),
)

# Only ever added to: the database refuses anything else.
audit_log = Table(
    "audit_log",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("account", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("result", Text, nullable=False),
)

# By which programs use the HTTP API, each for an account.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column(
        "account", Text, ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("scopes", Text, nullable=False),  # separated by spaces
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

# What business files said, whole, version after version. Only ever added to.
business_versions = Table(
    "business_versions",
    metadata,
    Column("file", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("at", UtcDateTime, nullable=False),
    Column("account", Text),  # none: by hand, on the disk
    Column("note", Text, nullable=False),
    Column("text", Text, nullable=False),
)
