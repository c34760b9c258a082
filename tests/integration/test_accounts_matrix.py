"""Every role on every route: what is one's own opens, what is others' is refused or not found."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from builders import TODAY, Installation
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from survey_service.accounts.roles import Role
from survey_service.storage import accounts, projects
from survey_service.storage.database import Base, writing
from survey_service.web.access import ROLES, Access, access_rule_of

pytestmark = pytest.mark.long

TABLES = {"batch": "invitation_batch"}
"""Which table holds what an address names; else the one called as the address calls it."""


class Ground:
    """An installation where one municipality has an account per role, and another has everything.

    `theirs` holds the id of something of the other municipality's by the name that routes use.
    """

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.app = installation.app
        # What is refused here is not a forged form: the question is whose the thing is.
        self.app.config["WTF_CSRF_ENABLED"] = False
        with installation.context():
            with writing() as session:
                self.people = {
                    role: accounts.add_account(
                        session, f"{role}@randers.example", "x", role, installation.municipality_id
                    )
                    for role in Role
                }
            self.theirs = self._add_others_things()

    def _add_others_things(self) -> dict[str, UUID]:
        with writing() as session:
            elsewhere = projects.add_municipality(session, "herning", "Herning Kommune")
            unit_id = projects.add_unit(session, elsewhere, "unit", "Afdeling")
            account_id = accounts.add_account(
                session, "h@herning.example", "x", "viewer", elsewhere
            )
            project_id = projects.add_project(
                session, municipality_id=elsewhere, key="p", title="Andres projekt",
                framework="recovery-2023", margin=5.0, minimum=5, retained_until=TODAY,
                notice_version="1",
            )  # fmt: skip
            wave_id = projects.add_wave(
                session, project_id=project_id, key="w", position=1, label_da="w", label_en="w",
                opens_on=TODAY, closes_on=TODAY,
            )  # fmt: skip
        known = {
            "municipality_id": elsewhere, "unit_id": unit_id, "account_id": account_id,
            "project_id": project_id, "wave_id": wave_id,
        }  # fmt: skip
        names = {name for rule in protected_rules(self.app) for name in ids_in(rule)}
        for name in sorted(names - set(known)):
            known[name] = _add_row(name.removesuffix("_id"), known)
        return known

    def browser(self, role: Role) -> FlaskClient:
        """A browser in which somebody with a role is signed in."""
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = f"{self.people[role].hex}.0"
        return client

    def addresses(self, rule: Rule, ids: dict[str, UUID]) -> Iterator[tuple[str, str]]:
        """Each method of a route with an address of it."""
        values: dict[str, object] = dict(ids)
        for name in set(rule.arguments) - set(ids_in(rule)):
            values[name] = _plain_value(rule, name)
        chosen = {name: values[name] for name in rule.arguments}
        with self.app.test_request_context():
            from flask import url_for

            address = url_for(rule.endpoint, **chosen)  # type: ignore[arg-type]
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield address, method


@pytest.fixture
def ground(installation: Installation) -> Ground:
    return Ground(installation)


def protected_rules(app) -> list[Rule]:  # type: ignore[no-untyped-def]
    """The routes that not everybody may open."""
    public = {None, Access.PUBLIC}
    return [r for r in app.url_map.iter_rules() if access_rule_of(app, r.endpoint) not in public]


def ids_in(rule: Rule) -> list[str]:
    """The names of the ids in a route's address."""
    return [
        name for name in rule.arguments if type(rule._converters[name]).__name__ == "UUIDConverter"
    ]


def _plain_value(rule: Rule, name: str) -> object:
    converter = rule._converters[name]
    if type(converter).__name__ == "AnyConverter":
        return min(converter.items)
    return 1 if type(converter).__name__ == "IntegerConverter" else "x"


def _add_row(name: str, known: dict[str, UUID]) -> UUID:
    """Add a row of the other municipality's to the table an address names."""
    table = Base.metadata.tables.get(TABLES.get(name, name))
    assert table is not None, f"{name}_id: name the table of it in TABLES"
    row_id, values = uuid4(), {}
    for column in table.columns:
        if column.name == "id":
            values[column.name] = row_id
        elif column.name in known and column.name.endswith("_id"):
            values[column.name] = known[column.name]
        elif not column.nullable:
            values[column.name] = _anything(column)
    with writing() as session:
        session.execute(sa.insert(table).values(**values))
    return row_id


def _anything(column: sa.Column) -> object:  # type: ignore[type-arg]
    kind = column.type.python_type
    made = {
        str: "x", int: 1, float: 1.0, bool: False, bytes: b"x", UUID: uuid4(),
        date: TODAY, datetime: datetime(2026, 3, 4),  # noqa: DTZ001 - stored in UTC without a zone
    }  # fmt: skip
    return made[kind]


@pytest.mark.parametrize("role", list(Role))
def test_a_role_that_may_not_open_a_route_is_refused_whosever_thing_it_is(
    ground: Ground, role: Role
) -> None:
    own = {"project_id": ground.installation.project_id,
           "wave_id": ground.installation.waves["baseline"]}  # fmt: skip
    refused = 0
    for rule in protected_rules(ground.app):
        if role in ROLES[access_rule_of(ground.app, rule.endpoint)]:  # type: ignore[index]
            continue
        for ids in (ground.theirs, ground.theirs | own):
            for address, method in ground.addresses(rule, ids):
                found = ground.browser(role).open(address, method=method)
                assert found.status_code == 403, (role, method, rule)
                refused += 1
    # An administrator may open every route there is.
    assert (refused == 0) == (role is Role.ADMINISTRATOR)


@pytest.mark.parametrize("role", list(Role))
def test_another_municipalitys_things_are_not_found_whatever_the_method(
    ground: Ground, role: Role
) -> None:
    before = ground.installation.contents()
    tried = 0
    for rule in protected_rules(ground.app):
        if role not in ROLES[access_rule_of(ground.app, rule.endpoint)] or not ids_in(rule):  # type: ignore[index]
            continue
        for address, method in ground.addresses(rule, ground.theirs):
            found = ground.browser(role).open(address, method=method)
            assert found.status_code == 404, (role, method, rule, found.status_code)
            assert "Andres projekt" not in found.get_data(as_text=True)
            tried += 1
    assert tried > 0
    assert ground.installation.contents() == before


@pytest.mark.parametrize("role", list(Role))
def test_ones_own_pages_open(ground: Ground, role: Role) -> None:
    ids = {"project_id": ground.installation.project_id,
           "wave_id": ground.installation.waves["baseline"]}  # fmt: skip
    opened = 0
    for rule in protected_rules(ground.app):
        is_known = set(ids_in(rule)) <= set(ids) and "number" not in rule.arguments
        if role not in ROLES[access_rule_of(ground.app, rule.endpoint)] or not is_known:  # type: ignore[index]
            continue
        for address, method in ground.addresses(rule, ids):
            if method == "GET":
                found = ground.browser(role).open(address, method=method)
                # 404 and 409: nothing is released yet, or the wave is not at this step.
                assert found.status_code in {200, 302, 303, 404, 409}, (role, rule)
                opened += found.status_code == 200
    assert opened >= 3


def test_every_rule_names_its_roles() -> None:
    assert set(ROLES) == set(Access) - {Access.PUBLIC}
    assert all(Role.ADMINISTRATOR in roles for roles in ROLES.values())
