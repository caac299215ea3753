"""Transfers, messages and their deliveries, callback requests, and who is not to be rung."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "calls", sa.Column("direction", sa.Text(), server_default="inbound", nullable=False)
    )
    op.add_column("calls", sa.Column("cdr_ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("calls", sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_calls_followed_up_at_cdr_ended_at"), "calls", ["followed_up_at", "cdr_ended_at"]
    )
    # Whoever called in the days of the previous release is not rung back because of this one.
    op.execute("UPDATE calls SET followed_up_at = ended_at")
    op.create_table(
        "transfers",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["calls.call_id"],
            name=op.f("fk_transfers_call_id_calls"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("call_id", "number", name=op.f("pk_transfers")),
    )
    _create_messages()
    _create_callbacks()


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("business", sa.Text(), nullable=False),
        sa.Column("called_number", sa.Text(), nullable=False),
        sa.Column("caller_number", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("callback_number", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recording", sa.Text(), nullable=True),
        sa.Column("transcribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("call_id", "taken_by", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_taken_at"), "messages", ["taken_at"])
    op.create_index(op.f("ix_messages_erased_at_taken_at"), "messages", ["erased_at", "taken_at"])
    op.create_table(
        "deliveries",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id", "taken_by"],
            ["messages.call_id", "messages.taken_by"],
            name=op.f("fk_deliveries_call_id_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("call_id", "taken_by", "hook", name=op.f("pk_deliveries")),
    )
    op.create_index(
        op.f("ix_deliveries_state_next_attempt_at"), "deliveries", ["state", "next_attempt_at"]
    )


def _create_callbacks() -> None:
    op.create_table(
        "callback_requests",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("business", sa.Text(), nullable=False),
        sa.Column("called_number", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_callback_requests")),
    )
    op.create_index(
        op.f("ix_callback_requests_status_requested_at"),
        "callback_requests",
        ["status", "requested_at"],
    )
    op.create_index(
        "uq_callback_requests_waiting",
        "callback_requests",
        ["business", "number_key"],
        unique=True,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "do_not_call",
        sa.Column("number_key", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number_key", name=op.f("pk_do_not_call")),
    )


def downgrade() -> None:
    # Their indexes go with them.
    for table in ("do_not_call", "callback_requests", "deliveries", "messages", "transfers"):
        op.drop_table(table)
    # The previous release could not tell our own calls from callers', and knows no operators.
    op.execute(
        "DELETE FROM turns WHERE call_id IN (SELECT call_id FROM calls WHERE direction = 'probe')"
    )
    op.execute("DELETE FROM calls WHERE direction = 'probe'")
    op.execute(
        "UPDATE calls SET handled_by = CASE agent WHEN '' THEN 'dialplan' ELSE 'agent' END "
        "WHERE handled_by = 'operator'"
    )
    op.drop_index(op.f("ix_calls_followed_up_at_cdr_ended_at"), table_name="calls")
    op.drop_column("calls", "followed_up_at")
    op.drop_column("calls", "cdr_ended_at")
    op.drop_column("calls", "direction")
