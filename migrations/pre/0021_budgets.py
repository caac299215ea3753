"""Thresholds of budgets that were reached, and who is still to be told; more that calls use."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0015"
branch_labels = None
depends_on = None

_AMOUNTS = ("cpu_ms", "gpu_ms", "kept_characters")


def upgrade() -> None:
    for name in _AMOUNTS:
        op.add_column(
            "call_usage", sa.Column(name, sa.Integer(), server_default="0", nullable=False)
        )
    op.create_table(
        "budget_alerts",
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("per", sa.Text(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("queue", sa.Text()),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("spent", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("budget", "first", "percent", name=op.f("pk_budget_alerts")),
    )
    op.create_index(op.f("ix_budget_alerts_first"), "budget_alerts", ["first"])
    op.create_table(
        "budget_deliveries",
        sa.Column("budget", sa.Text(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.Column("last_error", sa.Text()),
        sa.ForeignKeyConstraint(
            ["budget", "first", "percent"],
            ["budget_alerts.budget", "budget_alerts.first", "budget_alerts.percent"],
            name=op.f("fk_budget_deliveries_budget_budget_alerts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "budget", "first", "percent", "hook", name=op.f("pk_budget_deliveries")
        ),
    )
    op.create_index(
        op.f("ix_budget_deliveries_state_next_attempt_at"),
        "budget_deliveries",
        ["state", "next_attempt_at"],
    )


def downgrade() -> None:
    op.drop_table("budget_deliveries")
    op.drop_table("budget_alerts")
    for name in reversed(_AMOUNTS):
        op.drop_column("call_usage", name)
