"""Who answered each turn, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("turns", sa.Column("route", sa.Text(), nullable=True))
    op.add_column("turns", sa.Column("route_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("turns", "route_reason")
    op.drop_column("turns", "route")
