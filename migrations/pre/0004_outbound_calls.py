"""Calls that we place, and who picked up."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbound_calls",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=True),
        sa.Column("business", sa.Text(), nullable=False),
        sa.Column("did", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_key", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("hangup_cause", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_outbound_calls")),
        sa.UniqueConstraint("request_key", name=op.f("uq_outbound_calls_request_key")),
    )
    op.create_index(
        op.f("ix_outbound_calls_business_requested_at"),
        "outbound_calls",
        ["business", "requested_at"],
    )
    op.create_index(
        op.f("ix_outbound_calls_status_requested_at"), "outbound_calls", ["status", "requested_at"]
    )
    op.add_column("calls", sa.Column("answered_by", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("calls", "answered_by")
    op.drop_table("outbound_calls")
