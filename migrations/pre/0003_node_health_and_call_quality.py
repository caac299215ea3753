"""How calls sounded, how trunks fared, and who was not let in."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_qualities",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("received_jitter_ms", sa.Float(), nullable=True),
        sa.Column("received_loss_percent", sa.Float(), nullable=True),
        sa.Column("sent_jitter_ms", sa.Float(), nullable=True),
        sa.Column("sent_loss_percent", sa.Float(), nullable=True),
        sa.Column("round_trip_ms", sa.Float(), nullable=True),
        sa.Column("mos", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_qualities")),
    )
    op.create_table(
        "health_changes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round_trip_ms", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_health_changes")),
    )
    op.create_index(op.f("ix_health_changes_at"), "health_changes", ["at"])
    op.create_index(
        op.f("ix_health_changes_node_part_name"), "health_changes", ["node", "part", "name"]
    )
    op.create_table(
        "failed_authentications",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "hour", "node", "service", "source", "reason", name=op.f("pk_failed_authentications")
        ),
    )


def downgrade() -> None:
    op.drop_table("failed_authentications")
    op.drop_table("health_changes")
    op.drop_table("call_qualities")
