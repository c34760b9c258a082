"""The evaluator's workspace: accounts, set-up, invitations, counts, imports, background work."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_failure",
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("failure_count", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name_hash", name=op.f("pk_sign_in_failure")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_form",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_kept_form_account_id_account")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_kept_form")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_kept_form_account_id"), "kept_form", ["account_id"])
    op.create_table(
        "account_unit",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_unit_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_account_unit_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("account_id", "unit_id", name=op.f("pk_account_unit")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("is_cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_job_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_job_project_id_project")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_job_project_id"), "job", ["project_id"])
    op.create_table(
        "message_text",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_message_text_project_id_project")
        ),
        sa.PrimaryKeyConstraint("project_id", "purpose", "language", name=op.f("pk_message_text")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "project_contact",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_da", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("note_da", sa.String(length=200), nullable=False),
        sa.Column("note_en", sa.String(length=200), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_contact_project_id_project")
        ),
        sa.PrimaryKeyConstraint("project_id", "position", name=op.f("pk_project_contact")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "project_notice",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("legal_basis", sa.String(length=20), nullable=False),
        sa.Column("text_da", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_notice_project_id_project")
        ),
        sa.PrimaryKeyConstraint(
            "project_id", "audience", "version", name=op.f("pk_project_notice")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id_account")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("uploaded_on", sa.Date(), nullable=False),
        sa.Column("sealed_file_name", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_choices", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_upload_project_id_project")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_upload_project_id"), "upload", ["project_id"])
    op.create_table(
        "invitation_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("is_handed_out", sa.Boolean(), nullable=False),
        sa.Column("reminder_count", sa.Integer(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_invitation_batch_wave_id_wave")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_batch")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_invitation_batch_wave_id"), "invitation_batch", ["wave_id"])
    op.create_table(
        "unit_count",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("is_own_shown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_count_unit_id_unit")),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("fk_unit_count_wave_id_wave")),
        sa.PrimaryKeyConstraint("wave_id", "unit_id", "audience", name=op.f("pk_unit_count")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wave_principle",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("principle", sa.String(length=60), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["wave.id"], name=op.f("fk_wave_principle_wave_id_wave")
        ),
        sa.PrimaryKeyConstraint("wave_id", "principle", name=op.f("pk_wave_principle")),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "account",
        sa.Column("must_change_password", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "account",
        sa.Column("session_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("account", sa.Column("sealed_totp_secret", sa.LargeBinary(), nullable=True))
    op.add_column("account", sa.Column("last_totp_step", sa.Integer(), nullable=True))
    op.add_column("account", sa.Column("single_sign_on_id", sa.String(length=255), nullable=True))
    op.create_index(
        op.f("ix_account_single_sign_on_id"), "account", ["single_sign_on_id"], unique=True
    )
    op.add_column("invitation", sa.Column("batch_id", sa.Uuid(), nullable=True))
    op.add_column(
        "invitation",
        sa.Column("is_mailed", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_index(op.f("ix_invitation_batch_id"), "invitation", ["batch_id"])
    op.add_column(
        "project",
        sa.Column("reminders_at_most", sa.Integer(), server_default=sa.text("2"), nullable=False),
    )
    op.add_column(
        "release", sa.Column("is_published", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    op.add_column(
        "wave", sa.Column("origin", sa.String(length=20), server_default="asked", nullable=False)
    )
    op.create_index(
        "ix_response_counted", "response", ["wave_id", "is_sent", "audience", "unit_id"]
    )
    op.drop_index(op.f("ix_response_wave_id"), table_name="response")
    op.add_column(
        "unit", sa.Column("is_fixed", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute(
        "UPDATE unit SET is_fixed = true WHERE municipality_id IN (SELECT project.municipality_id"
        " FROM project JOIN wave ON wave.project_id = project.id WHERE wave.status != 'planned')"
    )
    op.add_column("wave", sa.Column("framework", sa.String(length=60), nullable=True))
    op.add_column("wave", sa.Column("left_out_count", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.create_index(op.f("ix_response_wave_id"), "response", ["wave_id"])
    op.drop_index("ix_response_counted", table_name="response")
    op.drop_column("unit", "is_fixed")
    op.drop_column("wave", "left_out_count")
    op.drop_column("wave", "framework")
    op.drop_column("wave", "origin")
    op.drop_column("release", "is_published")
    op.drop_column("project", "reminders_at_most")
    op.drop_index(op.f("ix_invitation_batch_id"), table_name="invitation")
    op.drop_column("invitation", "is_mailed")
    op.drop_column("invitation", "batch_id")
    op.drop_index(op.f("ix_account_single_sign_on_id"), table_name="account")
    op.drop_column("account", "single_sign_on_id")
    op.drop_column("account", "last_totp_step")
    op.drop_column("account", "sealed_totp_secret")
    op.drop_column("account", "session_version")
    op.drop_column("account", "must_change_password")
    op.drop_table("wave_principle")
    op.drop_table("unit_count")
    op.drop_index(op.f("ix_invitation_batch_wave_id"), table_name="invitation_batch")
    op.drop_table("invitation_batch")
    op.drop_index(op.f("ix_upload_project_id"), table_name="upload")
    op.drop_table("upload")
    op.drop_index(op.f("ix_recovery_code_account_id"), table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_table("project_notice")
    op.drop_table("project_contact")
    op.drop_table("message_text")
    op.drop_index(op.f("ix_job_project_id"), table_name="job")
    op.drop_table("job")
    op.drop_table("account_unit")
    op.drop_index(op.f("ix_kept_form_account_id"), table_name="kept_form")
    op.drop_table("kept_form")
    op.drop_table("sign_in_failure")
