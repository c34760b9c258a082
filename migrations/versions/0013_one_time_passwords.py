"""Until when a one-time password can be used."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0009"
branch_labels = None
depends_on = None

DAYS = 7


def upgrade() -> None:
    op.add_column("account", sa.Column("one_time_until", sa.DateTime(), nullable=True))
    account = sa.table(
        "account",
        sa.column("must_change_password", sa.Boolean()),
        sa.column("one_time_until", sa.DateTime()),
    )
    # Those that were given out already are good for as long from now.
    until = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=DAYS)
    op.execute(account.update().where(account.c.must_change_password).values(one_time_until=until))


def downgrade() -> None:
    op.drop_column("account", "one_time_until")
