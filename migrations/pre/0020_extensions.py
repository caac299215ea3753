"""Which phone a supervisor's account has."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("extension", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "extension")
