"""Shared tablets, and codes to go on after a pause without an access code."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiosk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("is_revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_kiosk_project_id_project")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_kiosk_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_kiosk_project_id"), "kiosk", ["project_id"])
    op.create_table(
        "pause_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_pause_code_wave_id_wave")),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["response.id"],
            name=op.f("fk_pause_code_response_id_response"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_pause_code")),
        sa.UniqueConstraint("response_id", name=op.f("uq_pause_code_response_id")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_pause_code_wave_id"), "pause_code", ["wave_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_pause_code_wave_id"), table_name="pause_code")
    op.drop_table("pause_code")
    op.drop_index(op.f("ix_kiosk_project_id"), table_name="kiosk")
    op.drop_table("kiosk")
