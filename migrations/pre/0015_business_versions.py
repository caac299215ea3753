"""Versions of business files: whole texts, only added to."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_REFUSAL = "versions of business files are only added to"


def upgrade() -> None:
    op.create_table(
        "business_versions",
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("file", "version", name=op.f("pk_business_versions")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION business_versions_only_grow() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER business_versions_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE "
            "ON business_versions FOR EACH STATEMENT EXECUTE FUNCTION business_versions_only_grow()"
        )
        return
    for change in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER business_versions_no_{change} BEFORE {change.upper()} "
            f"ON business_versions BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )


def downgrade() -> None:
    op.drop_table("business_versions")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION business_versions_only_grow()")
