"""Who is told how a callback ended, and how far that is."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_REQUESTS = "callback_requests"
_INDEX = "ix_callback_requests_told_state_told_next_at"


def upgrade() -> None:
    op.add_column(_REQUESTS, sa.Column("told_state", sa.Text(), nullable=True))
    op.add_column(
        _REQUESTS, sa.Column("told_attempts", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(_REQUESTS, sa.Column("told_next_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(_REQUESTS, sa.Column("told_error", sa.Text(), nullable=True))
    op.create_index(op.f(_INDEX), _REQUESTS, ["told_state", "told_next_at"])
    # Nobody waits for news of what is long over.
    requests = sa.table(_REQUESTS, sa.column("status"), sa.column("told_state"))
    op.execute(
        sa.update(requests).where(requests.c.status != "waiting").values(told_state="unwanted")
    )


def downgrade() -> None:
    op.drop_index(op.f(_INDEX), _REQUESTS)
    for name in ("told_error", "told_next_at", "told_attempts", "told_state"):
        op.drop_column(_REQUESTS, name)
