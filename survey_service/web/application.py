"""The application: settings, database, pages, and what every answer of the server carries."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo

import flask_migrate
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, Request, Response, current_app, g, request
from flask_login import LoginManager
from flask_wtf.csrf import generate_csrf

from survey_service.storage import tables
from survey_service.storage.database import database, file_of, prepare_engine
from survey_service.storage.keys import KeyStore
from survey_service.web import answer, errors, fixed_parts, offline, rate_limits, workspace
from survey_service.web.access import enforce_access, may_open
from survey_service.web.contacts import contacts_to_check, shown_contacts
from survey_service.web.cookies import SignedCookies
from survey_service.web.display import CHOICES, chosen_display, display_attributes
from survey_service.web.hardening import harden
from survey_service.web.kiosk.pairing import pages as tablet_pages
from survey_service.web.language import choose_language, translate
from survey_service.web.settings import Settings, load_settings
from survey_service.web.static_files import YEAR, compress_static_file, static_url
from survey_service.web.workspace import auditing

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
REQUEST_LIMIT = 256 * 1024
SESSION_LIFETIME = timedelta(hours=8)
"""How long after the last answer, or after signing in, a browser is still known."""

PINNED_BY_ADDRESS = {"static", "offline.script", "offline.questions", "offline.manifest"}
"""What gets another address whenever it changes, and may be kept for good."""


class MemoryRequest(Request):
    """A request whose uploaded files stay in memory: on the disk they would lie in the clear."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - named as Werkzeug calls it, as are these
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> BytesIO:
        """Return where an uploaded file is put; `max_content_length` says how large it may be."""
        return BytesIO()


class Service(Flask):
    """A Flask application whose log names neither people nor pages."""

    request_class = MemoryRequest

    def log_exception(self, exc_info: ExceptionInfo | tuple[None, None, None]) -> None:
        """Log what even the error pages could not handle."""
        errors.log_failure(exc_info[1])


class DatabaseNotReady(Exception):
    """The database is not at the newest migration."""


def create_app(
    instance: Path,
    *,
    today: Callable[[], date] | None = None,
    now: Callable[[], datetime] | None = None,
    check_database: bool = True,
) -> Flask:
    """Return the application of the installation in `instance`.

    Args:
        instance: directory with settings, database and keys.
        today: the calendar; Copenhagen's date unless given.
        now: the clock, in UTC; the machine's unless given.
        check_database: refuse a database that is not at the newest migration.

    Raises:
        SettingsRefused, KeyRefused: for settings or keys it cannot use.
        DatabaseNotReady: when a migration is missing; the message names the command.
    """
    settings = load_settings(instance)
    if check_database:
        _require_file(settings)
    keys = KeyStore(instance / "keys")
    app = Service("survey_service.web", root_path=str(Path(__file__).parent))
    app.config.update(
        SECRET_KEY=keys.session_key().derive("cookies"),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        MAX_CONTENT_LENGTH=REQUEST_LIMIT,
        MAX_FORM_MEMORY_SIZE=REQUEST_LIMIT,
        SESSION_COOKIE_NAME="__Host-sitting" if settings.is_https else "sitting",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["survey_settings"] = settings
    app.extensions["survey_keys"] = keys
    app.extensions["survey_today"] = today or copenhagen_today
    app.extensions["survey_now"] = now or utc_now
    app.session_interface = SignedCookies(app)
    _connect(app, check_database=check_database)
    _prepare_pages(app, settings)
    return app


def copenhagen_today() -> date:
    """Return the date in Denmark."""
    return datetime.now(COPENHAGEN).date()


def utc_now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)


def migrations_folder() -> Path:
    """Return the folder of migrations: inside the package when installed, else in the checkout."""
    packaged = Path(tables.__file__).parents[1] / "migrations"
    return packaged if packaged.is_dir() else packaged.parents[1] / "migrations"


def known_migrations() -> set[str]:
    """Return the numbers of all migrations of this version."""
    found = ScriptDirectory(str(migrations_folder())).walk_revisions()
    return {script.revision for script in found}


def upgrade_database(app: Flask) -> None:
    """Bring the database of an application to the newest migration."""
    with app.app_context():
        flask_migrate.upgrade(directory=str(migrations_folder()))


def _connect(app: Flask, *, check_database: bool) -> None:
    database.init_app(app)
    flask_migrate.Migrate(app, database, directory=str(migrations_folder()))
    with app.app_context():
        prepare_engine(database.engine)
        if check_database:
            _require_head(str(app.extensions["survey_settings"].instance))


def _require_file(settings: Settings) -> None:
    """Refuse a database that is not there yet before keys or an empty one are made beside it."""
    file = file_of(settings.database_url)
    if file is not None and file.name != ":memory:" and not file.exists():
        raise _not_ready(str(settings.instance), None)


def _require_head(instance: str) -> None:
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    # A server that forks after this check must not share the connection with its workers.
    database.engine.dispose()
    if found != _newest_migration():
        raise _not_ready(instance, found)


def _not_ready(instance: str, found: str | None) -> DatabaseNotReady:
    return DatabaseNotReady(
        f"database: expected migration {_newest_migration()}, found {found or 'none'};"
        f" run: survey-service --instance {instance} upgrade"
    )


def _newest_migration() -> str | None:
    return ScriptDirectory(str(migrations_folder())).get_current_head()


def _prepare_pages(app: Flask, settings: Settings) -> None:
    app.register_blueprint(answer.pages)
    app.register_blueprint(offline.pages)
    app.register_blueprint(workspace.pages, url_prefix="/arbejdsrum")
    app.register_blueprint(tablet_pages)
    errors.register(app)
    harden(
        app,
        is_https=settings.is_https,
        public_address=settings.public_address,
        trusted_proxies=settings.trusted_proxies,
    )
    rate_limits.register(
        app,
        app.extensions["survey_keys"].session_key(),
        settings.rate_limit_storage,
        settings.trusted_proxies,
    )
    login = LoginManager(app, add_context_processor=False)
    login.user_loader(workspace.load_user)
    login.unauthorized_handler(workspace.ask_to_sign_in)
    app.before_request(choose_language)
    app.before_request(enforce_access)
    auditing.register(app)
    app.after_request(_set_caching)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        t=translate,
        static=static_url,
        contacts=shown_contacts,
        contacts_to_check=contacts_to_check,
        may_open=may_open,
        display_choices=CHOICES,
        display_chosen=chosen_display,
        display_attributes=display_attributes,
        csrf_token=generate_csrf,
        accessibility_url=settings.accessibility_url,
    )
    app.context_processor(_page_values)
    fixed_parts.register(app)


def _page_values() -> dict[str, object]:
    settings: Settings = current_app.extensions["survey_settings"]
    return {
        "language": g.language,
        "service_name": settings.service_name.read_in(g.language),
    }


def _set_caching(response: Response) -> Response:
    if request.endpoint in PINNED_BY_ADDRESS and response.status_code in {200, 304}:
        compress_static_file(response)
        response.headers["Cache-Control"] = YEAR
    else:
        response.headers["Cache-Control"] = "no-store"
    return response
