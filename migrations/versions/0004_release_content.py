"""What a release rests on, so that two releases never differ by fewer people than the minimum."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release_content",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("counted", sa.String(length=70), nullable=False),
        sa.Column("answer_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_release_content_project_id_project")
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_release_content_wave_id_wave")
        ),
        sa.PrimaryKeyConstraint(
            "project_id",
            "number",
            "wave_id",
            "audience",
            "counted",
            name=op.f("pk_release_content"),
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("release_content")
