"""The applications that `bench_answering.py` holds beside each other, all in the same server.

`service` is the answering path itself. `bare` does the least that the same walk can cost: it reads
a signed cookie, renders a page of the same size with a layout and a loop of options, and makes one
durable commit per POST. `plain` does that work the usual way, with Flask-SQLAlchemy and WTForms.
Neither of the two has a wave that can close, a sitting, two languages or an access rule.
"""

import secrets
import sqlite3
import threading
from contextlib import nullcontext
from pathlib import Path

from flask import Flask, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from jinja2 import DictLoader

from survey_service.storage import database as storage

QUESTION_COUNT = 31
OPTIONS = [(str(value), f"Svarmulighed {value}") for value in range(1, 6)]
NON_ANSWERS = [("dk", "Ved ikke"), ("na", "Ikke relevant"), ("skip", "Spring over")]

_LAYOUT = """<!doctype html>
<html lang="da">
<head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title></head>
<body>
<main id="main">{% block main %}{% endblock %}</main>
<footer>{{ filling|safe }}</footer>
</body>
</html>"""
_BARE_PAGE = """{% extends "layout.html" %}
{% block title %}Spørgsmål {{ number }}{% endblock %}
{% block main %}
<form method="post" action="{{ url_for('answer', number=number) }}">
<fieldset><legend><h1>Spørgsmål {{ number }}</h1></legend>
{% for value, label in options %}
<label><input type="radio" name="answer" value="{{ value }}"> {{ label }}</label>
{% endfor %}
</fieldset>
<button>Næste</button>
</form>
{% endblock %}"""
_PLAIN_PAGE = """{% extends "layout.html" %}
{% block title %}Spørgsmål {{ number }}{% endblock %}
{% block main %}
<form method="post" action="{{ url_for('question', number=number) }}">
{{ form.hidden_tag() }}
<fieldset><legend><h1>Spørgsmål {{ number }}</h1></legend>
{% for choice in form.answer %}
{{ choice.label }} {{ choice }}
{% endfor %}
</fieldset>
<button>Næste</button>
</form>
{% endblock %}"""


def service(instance: str, waiting: str = "lock") -> Flask:
    """Make the answering path; with `waiting="busy"` writers only wait as SQLite itself does."""
    from survey_service.web.application import create_app

    if waiting == "busy":
        storage._write_lock = lambda _bind: nullcontext()  # noqa: SLF001 - what is compared
    return create_app(Path(instance))


def bare(folder: str, page_bytes: int) -> Flask:
    """Make the application that does the least."""
    app = _new_app(folder)
    path = Path(folder) / "bare.sqlite3"
    local = threading.local()

    def connection() -> sqlite3.Connection:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(path, isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
                local.connection.execute(f"PRAGMA {pragma}")
        return local.connection

    with sqlite3.connect(path, timeout=10) as first:
        first.execute("PRAGMA journal_mode=WAL")
        first.execute(
            "CREATE TABLE IF NOT EXISTS answer"
            " (respondent TEXT, number INTEGER, value TEXT, PRIMARY KEY (respondent, number))"
        )

    def render(number: int, filling: str) -> str:
        options = OPTIONS + NON_ANSWERS
        return render_template("bare.html", number=number, options=options, filling=filling)

    @app.get("/<int:number>")
    def question(number: int) -> ResponseReturnValue:
        _respondent()
        return render(number, filling)

    @app.post("/<int:number>")
    def answer(number: int) -> ResponseReturnValue:
        connection().execute(
            "INSERT OR REPLACE INTO answer VALUES (?, ?, ?)",
            (_respondent(), number, request.form["answer"]),
        )
        return _next(number)

    with app.test_request_context():
        filling = _filling(page_bytes, render(1, ""))
    return app


def plain(folder: str, page_bytes: int) -> Flask:
    """Make the application as most would: an ORM model and a form with a radio field."""
    from flask_sqlalchemy import SQLAlchemy
    from flask_wtf import FlaskForm
    from sqlalchemy import event
    from sqlalchemy.orm import Mapped, mapped_column
    from wtforms import RadioField
    from wtforms.validators import InputRequired

    app = _new_app(folder)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{Path(folder).absolute()}/plain.sqlite3"
    database = SQLAlchemy(app)

    class Answer(database.Model):
        respondent: Mapped[str] = mapped_column(primary_key=True)
        number: Mapped[int] = mapped_column(primary_key=True)
        value: Mapped[str]

    class AnswerForm(FlaskForm):
        answer = RadioField(choices=OPTIONS + NON_ANSWERS, validators=[InputRequired()])

    with app.app_context():

        @event.listens_for(database.engine, "connect")
        def set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
                connection.execute(f"PRAGMA {pragma}")

        database.create_all()

    @app.route("/<int:number>", methods=["GET", "POST"])
    def question(number: int) -> ResponseReturnValue:
        stored = database.session.get(Answer, (_respondent(), number))
        form = AnswerForm(answer=stored.value if stored else None)
        if form.validate_on_submit():
            if stored is None:
                stored = Answer(respondent=_respondent(), number=number)
                database.session.add(stored)
            stored.value = form.answer.data
            database.session.commit()
            return _next(number)
        page = render_template("plain.html", number=number, form=form, filling=filling)
        return page, 400 if form.is_submitted() else 200

    with app.test_request_context():
        page = render_template("plain.html", number=1, form=AnswerForm(), filling="")
        filling = _filling(page_bytes, page)
    return app


def _new_app(folder: str) -> Flask:
    app = Flask(__name__)
    app.secret_key = (Path(folder) / "secret").read_text()
    app.jinja_loader = DictLoader(
        {"layout.html": _LAYOUT, "bare.html": _BARE_PAGE, "plain.html": _PLAIN_PAGE}
    )

    @app.get("/")
    def begin() -> ResponseReturnValue:
        session["respondent"] = secrets.token_hex(16)
        return redirect(url_for("question", number=1), code=303)

    return app


def _respondent() -> str:
    if "respondent" not in session:
        abort(403)
    return str(session["respondent"])


def _next(number: int) -> ResponseReturnValue:
    return redirect(url_for("question", number=number % QUESTION_COUNT + 1), code=303)


def _filling(page_bytes: int, page: str) -> str:
    return "x" * max(0, page_bytes - len(page.encode()))
