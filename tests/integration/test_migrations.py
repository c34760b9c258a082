"""Migrations: from nothing to the models, and an old database is never served."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from builders import Installation

from survey_service.storage.database import Base, database
from survey_service.web.application import (
    DatabaseNotReady,
    create_app,
    migrations_folder,
    upgrade_database,
)


def test_upgrading_from_empty_reaches_the_models(tmp_path: Path) -> None:
    app = create_app(tmp_path, check_database=False)
    upgrade_database(app)
    with app.app_context(), database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        head = ScriptDirectory(str(migrations_folder())).get_current_head()
        assert context.get_current_revision() == head
    with app.app_context():
        database.engine.dispose()


def test_upgrading_again_changes_nothing(installation: Installation) -> None:
    before = installation.contents()
    upgrade_database(installation.app)
    assert installation.contents() == before


def test_the_migrations_form_one_line() -> None:
    script = ScriptDirectory(str(migrations_folder()))
    assert len(script.get_heads()) == 1
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    files = sorted(path.name for path in (migrations_folder() / "versions").glob("*.py"))
    assert [name.split("_")[0] for name in files] == sorted(revisions)


def test_every_migration_can_be_taken_back(tmp_path: Path) -> None:
    import flask_migrate
    import sqlalchemy as sa

    app = create_app(tmp_path, check_database=False)
    upgrade_database(app)
    with app.app_context():
        flask_migrate.downgrade(directory=str(migrations_folder()), revision="base")
        names = set(sa.inspect(database.engine).get_table_names())
        database.engine.dispose()
    assert names <= {"alembic_version"}


@pytest.mark.parametrize("state", ["empty", "older", "newer"])
def test_a_database_that_is_not_at_head_is_refused_with_the_command(
    tmp_path: Path, state: str
) -> None:
    if state != "empty":
        app = create_app(tmp_path, check_database=False)
        upgrade_database(app)
        revision = {"older": "0000", "newer": "9999"}[state]
        with app.app_context(), database.engine.connect() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")  # noqa: S608
            connection.commit()
            database.engine.dispose()
    with pytest.raises(DatabaseNotReady) as refusal:
        create_app(tmp_path)
    found = {"empty": "none", "older": "0000", "newer": "9999"}[state]
    assert f"found {found};" in str(refusal.value)
    assert f"survey-service --instance {tmp_path} upgrade" in str(refusal.value)
