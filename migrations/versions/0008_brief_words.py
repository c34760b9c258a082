"""What the evaluator adds to a brief in words of their own, version by version."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "brief_words",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("release_number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("next_steps", sa.Text(), nullable=False),
        sa.Column("told_by", sa.Date(), nullable=True),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_brief_words_project_id_project")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_brief_words_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brief_words")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_brief_words_project_id"), "brief_words", ["project_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_brief_words_project_id"), table_name="brief_words")
    op.drop_table("brief_words")
