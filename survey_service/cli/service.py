"""Commands that run an installation: upgrade, serve, backup, restore."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from survey_service.cli.auditing import remember

if TYPE_CHECKING:
    from flask import Flask

DEFAULT_PORT = 8000
WORKER_PROCESSES = 2


@click.command()
@click.pass_obj
def upgrade(instance: Path) -> None:
    """Bring the database to the newest migration."""
    from survey_service.web.application import upgrade_database

    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    upgrade_database(open_installation(instance, check_database=False))
    click.echo(f"{instance}: the database is up to date")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535))
@click.pass_obj
def serve(instance: Path, host: str, port: int) -> None:
    """Serve the pages until interrupted."""
    run_server(instance, host, port)


def run_server(instance: Path, host: str, port: int) -> None:
    """Serve the pages with two processes; exits with 2 when a migration is missing."""
    from gunicorn.app.base import BaseApplication

    from survey_service.catalogue import load_instruments
    from survey_service.cli.daily import start_upkeep
    from survey_service.cli.patient_worker import PatientWorker
    from survey_service.cli.server_log import AnonymousLog
    from survey_service.web.rate_limits import PROCESSES

    open_installation(instance)

    class Server(BaseApplication):  # type: ignore[misc]
        """Gunicorn, configured here instead of in a file."""

        def load_config(self) -> None:
            """Set how many processes serve where; no access log, because it names people."""
            self.cfg.set("bind", f"{host}:{port}")
            self.cfg.set("workers", WORKER_PROCESSES)
            self.cfg.set("worker_class", PatientWorker)
            self.cfg.set("threads", 4)
            self.cfg.set("limit_request_line", 4094)
            self.cfg.set("limit_request_fields", 60)
            self.cfg.set("limit_request_field_size", 8190)
            self.cfg.set("accesslog", None)
            self.cfg.set("logger_class", AnonymousLog)
            self.cfg.set("loglevel", "warning")
            self.cfg.set("post_worker_init", lambda worker: start_upkeep(worker.wsgi))

        def load(self) -> object:
            """Make the application anew in each process, ready for the first respondent."""
            load_instruments()
            app = open_installation(instance)
            app.extensions[PROCESSES] = WORKER_PROCESSES
            return app

    Server().run()


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def backup(instance: Path, file: Path) -> None:
    """Write the database to FILE, which may not exist yet, readable by its owner only.

    Neither the order of arrival nor anything deleted is in it, and no keys. For SQLite; a
    PostgreSQL database is backed up with pg_dump.
    """
    from survey_service.storage.database import BackupRefused, back_up

    with open_installation(instance).app_context():
        try:
            back_up(file)
        except BackupRefused as error:
            click.echo(str(error), err=True)
            sys.exit(2)
    click.echo(f"{file}: written")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--replace", is_flag=True, help="A database that is there goes; stop the server.")
@click.pass_obj
def restore(instance: Path, file: Path, replace: bool) -> None:
    """Put the backup FILE in place of the installation's database, and upgrade it.

    Checked first; keys are not in it. What was withdrawn since the backup was made is there again.
    """
    from survey_service.accounts import audit
    from survey_service.cli.keys import missing_keys
    from survey_service.storage.backups import RestoreRefused
    from survey_service.web.application import upgrade_database

    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    app = open_installation(instance, check_database=False)
    try:
        with app.app_context():
            target, migration = _put_back(file, replace=replace)
    except RestoreRefused as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    upgrade_database(app)
    keys, now = app.extensions["survey_keys"], app.extensions["survey_now"]()
    with app.app_context():
        missing = missing_keys(app)
        # Here and not where other commands are entered: before this there was no log to enter it.
        audit.record(keys, audit.TERMINAL, "database_restored", now=now)
    click.echo(f"{target}: restored from migration {migration}, at the newest now")
    for line in missing:
        click.echo(line)
    click.echo("answers withdrawn since the backup was made are there again; run purge now")


def _put_back(file: Path, *, replace: bool) -> tuple[Path, str]:
    """Restore the database; return where it is and the migration it is at."""
    from survey_service.storage.backups import RestoreRefused, check_backup, restore_database
    from survey_service.storage.database import sqlite_file
    from survey_service.web.application import known_migrations

    target = sqlite_file()
    if target is None:
        raise RestoreRefused("database: expected SQLite, found another; use pg_restore")
    migration = check_backup(file, known_migrations())
    restore_database(file, target, replace=replace)
    return target, migration


@click.command()
@click.option("--no-serve", is_flag=True, help="End when the briefs are written.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535))
@click.pass_context
def demo(context: click.Context, no_serve: bool, port: int) -> None:
    """Make a whole simulated project and serve it (in instance/demo unless --instance is given)."""
    from survey_service.cli.demo import run_demo

    instance: Path = context.obj
    parent = context.parent
    if parent is not None and parent.get_parameter_source("instance") is ParameterSource.DEFAULT:
        instance = instance / "demo"
    run_demo(instance, port=None if no_serve else port)


def open_installation(instance: Path, *, check_database: bool = True) -> "Flask":
    """Return the application; exits with 2 and one line on what hinders it."""
    from survey_service.storage.keys import KeyRefused
    from survey_service.web.application import DatabaseNotReady, create_app
    from survey_service.web.settings import SettingsRefused

    try:
        app = create_app(instance, check_database=check_database)
    except (DatabaseNotReady, KeyRefused, SettingsRefused) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    remember(app)
    if check_database:
        _settle_keys(app)
    return app


def _settle_keys(app: "Flask") -> None:
    from survey_service.accounts.key_rotation import settle_accounts_key
    from survey_service.storage.database import database

    with app.app_context():
        if settle_accounts_key(app.extensions["survey_keys"]):
            # A server that forks after this must not share the connection with its workers.
            database.engine.dispose()
