"""The connection to the database, and how a write is made durable.

SQLite runs in WAL mode with synchronous=FULL: an answer that was acknowledged survives a power cut.
Writers of several processes wait for each other on a lock file, because SQLite's own waiting
sleeps in growing steps and stalls the slower process; PostgreSQL needs no such thing.

What SQLite writes tells the order it was written in: the -wal file from its beginning to its end,
and a page by where its rows lie, whatever their keys. `compact` takes that away, and is called when
a wave closes and once a day; `back_up` writes a file that never had it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import URL, Connection, Engine, MetaData, event, make_url
from sqlalchemy.orm import DeclarativeBase, Session

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What every table shares: names for its constraints, so that migrations can refer to them."""

    metadata = MetaData(naming_convention=NAMING)


database = SQLAlchemy(model_class=Base)

__all__ = [
    "BackupRefused",
    "Base",
    "Session",
    "back_up",
    "compact",
    "database",
    "prepare_engine",
    "reading",
    "reading_rows",
    "sqlite_file",
    "writing",
    "writing_rows",
]


def prepare_engine(engine: Engine) -> None:
    """Set what every connection of this engine needs; call once, right after it is made."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


def _set_pragmas(connection: Any, _record: object) -> None:
    # The driver's own transaction handling begins too late and cannot begin IMMEDIATE.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        # Deleted rows are overwritten with zeros: leftovers could tell the order of arrival.
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return  # VACUUM cannot run inside a transaction
    immediate = options.get("begin_immediate", False)
    # Straight to the driver: SQLAlchemy's way there costs as much as the query that follows.
    driver: Any = connection.connection.dbapi_connection
    driver.execute("BEGIN IMMEDIATE" if immediate else "BEGIN")


def reading() -> Session:
    """Give the session that queries run in; what it holds ends with the request or command."""
    return database.session()


@contextmanager
def writing() -> Iterator[Session]:
    """Give a session for one write transaction: committed at the end, rolled back on an error."""
    session = database.session()
    session.rollback()  # a read before this one must not pin an older snapshot
    with _write_lock(session.get_bind()):
        try:
            session.connection(execution_options={"begin_immediate": True})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


@contextmanager
def reading_rows() -> Iterator[Connection]:
    """Give a connection for one look at rows.

    A session would double what a question page costs, and has no objects to keep track of there.
    """
    with database.engine.connect() as connection:
        yield connection


@contextmanager
def writing_rows() -> Iterator[Connection]:
    """Give a connection for one write transaction, as `writing` does, without a session's cost."""
    if database.session.registry.has():
        database.session.rollback()  # what it reads after this must not be an older snapshot
    engine = database.engine.execution_options(begin_immediate=True)
    with _write_lock(engine), engine.begin() as connection:
        yield connection


def _write_lock(bind: Engine | Connection) -> AbstractContextManager[object]:
    path = bind.engine.url.database
    if bind.dialect.name != "sqlite" or not path or path == ":memory:":
        return nullcontext()
    return _file_lock(f"{path}.lock")


@contextmanager
def _file_lock(path: str) -> Iterator[None]:
    # Opened anew each time: a lock belongs to the opening, and the threads must exclude each other.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sqlite_file() -> Path | None:
    """Return the database's file, None for another database than SQLite."""
    return file_of(database.engine.url)


def file_of(address: str | URL) -> Path | None:
    """Return the file a database's address names, None for another database than SQLite."""
    url = make_url(address)
    return Path(url.database) if url.drivername.startswith("sqlite") and url.database else None


class BackupRefused(Exception):
    """A backup cannot be written."""


def compact() -> bool:
    """Rewrite the database file so that nothing deleted and no order of arrival remains in it.

    Writers wait meanwhile, readers do not. Returns False where a reader kept the -wal file from
    being emptied for as long as a connection waits: then it has to be called again.
    """
    session = database.session()
    session.rollback()
    engine = session.get_bind().engine
    with _write_lock(engine), engine.connect() as connection:
        plain = connection.execution_options(isolation_level="AUTOCOMMIT")
        if engine.dialect.name == "sqlite":
            plain.exec_driver_sql("VACUUM")
            is_busy = plain.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
            return not is_busy
        from survey_service.storage.postgresql_traces import remove_traces  # which needs Base

        remove_traces(plain)
        return True


def back_up(path: Path) -> None:
    """Write the SQLite database to a new file, mode 600, in the order of its keys.

    Raises BackupRefused for another database, or a path that exists or cannot be written.
    """
    engine = database.engine
    if engine.dialect.name != "sqlite":
        raise BackupRefused(f"database: expected SQLite, found {engine.dialect.name}; use pg_dump")
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        found = (error.strerror or "no way to write it").lower()
        raise BackupRefused(f"{path}: expected a new file, found: {found}") from error
    with engine.connect() as connection:
        plain = connection.execution_options(isolation_level="AUTOCOMMIT")
        plain.exec_driver_sql("VACUUM INTO ?", (str(path),))
