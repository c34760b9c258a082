"""Whose own words they are, and the version of them that may be quoted."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Words from before say nobody's audience and are shown to nobody; those still being written
    # get theirs when they are sent.
    op.add_column(
        "free_text", sa.Column("audience", sa.String(length=20), nullable=False, server_default="")
    )
    op.add_column(
        "free_text",
        sa.Column("review", sa.String(length=20), nullable=False, server_default="unread"),
    )
    op.add_column("free_text", sa.Column("sealed_quote", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for column in ("sealed_quote", "review", "audience"):
        op.drop_column("free_text", column)
