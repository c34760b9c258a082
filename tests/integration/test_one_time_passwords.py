"""A password that somebody else made is good for seven days, and told so where it is shown."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from accounts_builder import NAME, PASSWORD, Moment, account_of, add_person, enter, set_moment
from argon2 import PasswordHasher
from audit_builder import told
from builders import Installation, Visitor

from survey_service.accounts import administration, passwords
from survey_service.accounts.administration import Scope
from survey_service.accounts.sign_in import change_password
from survey_service.web.application import create_app, migrations_folder, upgrade_database

OVER = "Engangsadgangskoden gælder ikke længere"
CHANGE = "/arbejdsrum/min-konto/adgangskode"


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords cheaply."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)


def new_account(installation: Installation, moment: Moment) -> str:
    with installation.context():
        scope = Scope("evaluator", installation.municipality_id)
        return administration.add_account(None, NAME, scope, moment())[1]


def reset(installation: Installation, moment: Moment) -> str:
    account_id = add_person(installation)
    with installation.context():
        return administration.reset_password(None, account_id, moment())


@pytest.mark.parametrize("make", [new_account, reset])
@pytest.mark.parametrize(("days", "hours", "is_good"), [(0, 0, True), (6, 23, True), (7, 1, False)])
def test_it_is_good_for_seven_days(
    installation: Installation,
    visitor: Visitor,
    make: Callable[[Installation, Moment], str],
    days: int,
    hours: int,
    is_good: bool,
) -> None:
    moment = set_moment(installation)
    password = make(installation, moment)
    moment.pass_by(days=days, hours=hours)
    enter(visitor, NAME, password)
    assert (visitor.path == CHANGE) == is_good
    assert (OVER in visitor.text) == (not is_good)


def test_a_wrong_password_is_told_nothing_of_it(
    installation: Installation, visitor: Visitor
) -> None:
    moment = set_moment(installation)
    new_account(installation, moment)
    moment.pass_by(days=8)
    enter(visitor, NAME, "en helt anden adgangskode")
    assert OVER not in visitor.text
    assert "forkert" in visitor.text


def test_that_it_came_too_late_is_entered_and_counts_as_a_failed_try(
    installation: Installation, visitor: Visitor
) -> None:
    moment = set_moment(installation)
    password = new_account(installation, moment)
    moment.pass_by(days=8)
    enter(visitor, NAME, password)
    assert told(installation)[-1] == ("sign_in_failed", NAME, "refused")
    assert [row["failure_count"] for row in installation.rows("sign_in_failure")] == [1]


def test_a_password_of_ones_own_has_no_end(installation: Installation, visitor: Visitor) -> None:
    moment = set_moment(installation)
    new_account(installation, moment)
    [row] = installation.rows("account")
    assert isinstance(row["id"], UUID)
    with installation.context():
        change_password(account_of(installation, row["id"]), PASSWORD, PASSWORD)
    moment.pass_by(days=400)
    assert enter(visitor, NAME).path == "/arbejdsrum/"


def test_who_makes_one_is_told_for_how_long(installation: Installation, visitor: Visitor) -> None:
    from survey_service.accounts.roles import Role

    add_person(installation, role=Role.ADMINISTRATOR)
    viewer = add_person(installation, "ola@kommune.example", Role.VIEWER)
    enter(visitor)
    address = f"/arbejdsrum/brugere/{viewer}/nulstil"
    visitor.get(address).submit(address)
    assert "gælder i 7 dage" in visitor.text
    assert re.search(r"([a-z2-9]{5}-){3}[a-z2-9]{5}", visitor.text)


def test_those_given_out_before_end_too(tmp_path: Path) -> None:
    import flask_migrate

    from survey_service.storage.database import database

    app = create_app(tmp_path, check_database=False)
    upgrade_database(app)
    folder = str(migrations_folder())
    with app.app_context():
        flask_migrate.downgrade(directory=folder, revision="0008")
        with database.engine.begin() as connection:
            for name, is_one_time in (("a", 1), ("b", 0)):
                connection.execute(
                    sa.text(
                        "INSERT INTO account (id, name, password_hash, role, is_disabled,"
                        " must_change_password, session_version)"
                        " VALUES (:id, :name, 'x', 'viewer', 0, :one_time, 0)"
                    ),
                    {"id": name * 32, "name": name, "one_time": is_one_time},
                )
        flask_migrate.upgrade(directory=folder)
        with database.engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT name, one_time_until FROM account"))
            found = dict(tuple(row) for row in rows)
        database.engine.dispose()
    assert found["b"] is None
    left = datetime.fromisoformat(str(found["a"])) - datetime.now()  # noqa: DTZ005 - days matter
    assert 5 <= left.days <= 7
