"""How busy it was: sums by queue and five minutes, samples by the minute."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "capacity_bins",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("abandoned", sa.Integer(), nullable=False),
        sa.Column("served", sa.Integer(), nullable=False),
        sa.Column("handled_s", sa.Float(), nullable=False),
        sa.Column("carried_s", sa.Float(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("within", sa.Integer(), nullable=False),
        sa.Column("waited_s", sa.Float(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("error_s", sa.Float(), nullable=False),
        sa.Column("absolute_error_s", sa.Float(), nullable=False),
        sa.Column("script", sa.Integer(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("retrieved", sa.Integer(), nullable=False),
        sa.Column("small", sa.Integer(), nullable=False),
        sa.Column("large", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("at", "scope", name=op.f("pk_capacity_bins")),
    )
    op.create_table(
        "capacity_samples",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("at", "series", name=op.f("pk_capacity_samples")),
    )
    op.create_index(op.f("ix_admissions_judged_at"), "admissions", ["judged_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_admissions_judged_at"), "admissions")
    op.drop_table("capacity_samples")
    op.drop_table("capacity_bins")
