"""Callbacks that are dialled by the service: how far each is, and who acts on it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _new_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("arrived_at_s", sa.Float(), nullable=True),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("channel_id", sa.Text(), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False, server_default="0"),
    ]


def upgrade() -> None:
    for column in _new_columns():
        op.add_column("callback_requests", column)
    op.create_index(
        op.f("ix_callback_requests_status_due_at"), "callback_requests", ["status", "due_at"]
    )
    op.add_column("outbound_calls", sa.Column("callback_id", sa.Text(), nullable=True))
    op.create_index(op.f("ix_outbound_calls_callback_id"), "outbound_calls", ["callback_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_outbound_calls_callback_id"), "outbound_calls")
    op.drop_column("outbound_calls", "callback_id")
    op.drop_index(op.f("ix_callback_requests_status_due_at"), "callback_requests")
    for column in reversed(_new_columns()):
        op.drop_column("callback_requests", column.name)
