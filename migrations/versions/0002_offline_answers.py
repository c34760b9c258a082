"""Answers given without network: what came in, what could not be counted, what still waits."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offline_delivery",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_offline_delivery_wave_id_wave")
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_offline_delivery")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_offline_delivery_wave_id"), "offline_delivery", ["wave_id"])
    op.create_table(
        "offline_remainder",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("sealed_answers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_offline_remainder_wave_id_wave")
        ),
        sa.PrimaryKeyConstraint("client_id", "content_hash", name=op.f("pk_offline_remainder")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_offline_remainder_wave_id"), "offline_remainder", ["wave_id"])
    op.create_table(
        "offline_device",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("waiting_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_offline_device_wave_id_wave")
        ),
        sa.PrimaryKeyConstraint("wave_id", "device_id", name=op.f("pk_offline_device")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("offline_device")
    op.drop_index(op.f("ix_offline_remainder_wave_id"), table_name="offline_remainder")
    op.drop_table("offline_remainder")
    op.drop_index(op.f("ix_offline_delivery_wave_id"), table_name="offline_delivery")
    op.drop_table("offline_delivery")
