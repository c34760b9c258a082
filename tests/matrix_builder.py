"""Two municipalities, everybody who may come to a page, and an address for every route.

One municipality (own) is real: a project with two releases, one of them not published, an open
wave, and something of everything an address can name. Of the other there is a row of everything,
with MARK in each of its texts, so that whatever shows one of them can be seen.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from accounts_builder import NAME as EVALUATOR_NAME
from accounts_builder import add_person
from builders import TODAY, Installation, build_installation, instrument_of
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from survey_service.accounts.roles import Role
from survey_service.accounts.sign_in import add_user
from survey_service.fieldwork import kiosk, uploads
from survey_service.fieldwork.import_choices import FileKind
from survey_service.fieldwork.invitations import BatchKind, Contact, Invitee, invite_batch
from survey_service.fieldwork.recording import GatheredResponse, record_responses
from survey_service.fieldwork.rosters import set_roster
from survey_service.reporting.releasing import prepare_release, publish_release
from survey_service.storage import decisions, jobs, projects
from survey_service.storage.database import Base, database, writing
from survey_service.web.access import Access, access_rule_of

MARK = "Heringsmærke"
CONTACT = Contact("Anne Andersen", ("Storegade 1", "8900 Randers C"), "anne@person.example")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PUBLISHED, UNPUBLISHED = 1, 2
UNPUBLISHED_ON = date(2026, 3, 17)
"""The day the unpublished release was worked out; nothing else has to do with this day."""

ALL = frozenset({"signed_in", "reader", "leader", "evaluator", "case_reviewer", "administrator"})
MAY_OPEN: dict[str, frozenset[str]] = {
    "administrator of all": ALL,
    "administrator": ALL,
    "evaluator": ALL - {"administrator"},
    "leader of the house": frozenset({"signed_in", "reader", "leader"}),
    "leader of the home": frozenset({"signed_in", "reader", "leader"}),
    "case reviewer": frozenset({"signed_in", "case_reviewer"}),
    "viewer": frozenset({"signed_in", "reader"}),
    "viewer of the house": frozenset({"signed_in", "reader"}),
    "signed out": frozenset(),
    "disabled": frozenset(),
    "half signed in": frozenset(),
    "with a one-time password": frozenset(),
    "tablet": frozenset(),
    "answering": frozenset(),
}
"""Who may open routes of which rule: written by hand from what each role is for."""

NOT_SIGNED_IN = ("signed out", "disabled", "half signed in", "tablet", "answering")
SIGNED_IN = tuple(actor for actor, rules in MAY_OPEN.items() if rules)
PEOPLE: dict[str, tuple[Role, tuple[str, ...]]] = {
    "administrator": (Role.ADMINISTRATOR, ()),
    "evaluator": (Role.EVALUATOR, ()),
    "leader of the house": (Role.UNIT_LEADER, ("house",)),
    "leader of the home": (Role.UNIT_LEADER, ("home",)),
    "case reviewer": (Role.CASE_REVIEWER, ()),
    "viewer": (Role.VIEWER, ()),
    "viewer of the house": (Role.VIEWER, ("house",)),
    "disabled": (Role.EVALUATOR, ()),
    "half signed in": (Role.EVALUATOR, ()),
    "with a one-time password": (Role.EVALUATOR, ()),
}

TABLES = {"batch": "invitation_batch"}
"""Which table holds what an address names by `<name>_id`; else the one called as the address."""

NO_TABLE = frozenset({"text_id"})
"""Ids that are worked out and stored nowhere: nothing is found by one that was made up."""

WORDS: Mapping[str, tuple[object, ...]] = {
    "number": (UNPUBLISHED,), "place": (1,), "figure": ("sammenligning-maalinger",),
    "audience": ("citizen",), "code": ("1000-0000-00H",), "token": ("x",), "name": ("x",),
    "fingerprint": ("x",), "key": ("citizen",), "version": (1,), "filename": ("site.css",),
    "kind": ("leaders",), "language": ("da",), "item_key": ("words",),
}  # fmt: skip
"""What stands in addresses beside ids; whoever adds a route with a new name adds the name here."""


@dataclass
class Ground:
    """The installation, everybody's browser, and the ids of what is own and what is others'."""

    installation: Installation
    accounts: dict[str, UUID]
    own: dict[str, UUID]
    others: dict[str, UUID]
    kiosk_token: str

    @property
    def app(self) -> Flask:
        """The application."""
        return self.installation.app

    @property
    def project(self) -> str:
        """The address of the own project."""
        return f"/arbejdsrum/projekt/{self.own['project_id']}"

    def browser(self, actor: str) -> FlaskClient:
        """A fresh browser of somebody in MAY_OPEN."""
        client = self.app.test_client()
        account = self.accounts.get(actor)
        if actor == "half signed in":
            assert account is not None
            held = {"account": f"{account.hex}.0", "until": 2**40}
            with client.session_transaction() as session:
                session["half_signed_in"] = held
        elif account is not None:
            with client.session_transaction() as session:
                session["_user_id"] = f"{account.hex}.0"
        elif actor == "tablet":
            client.set_cookie("kiosk", self.kiosk_token)
        elif actor == "answering":
            self._begin(client)
        return client

    def _begin(self, client: FlaskClient) -> None:
        with self.app.app_context():
            rows = self.installation.rows("response")
        [draft] = [row["id"] for row in rows if row["code_hash"] and not row["is_sent"]]
        assert isinstance(draft, UUID)
        with client.session_transaction() as session:
            session["sitting"] = {"response": draft.hex, "readable": "0"}

    def addresses(self, rule: Rule, ids: Mapping[str, UUID]) -> Iterator[str]:
        """Every address of a route, with each word it can hold in each place."""
        chosen = {name: _values(rule, name, ids) for name in sorted(rule.arguments)}
        for values in product(*chosen.values()):
            with self.app.test_request_context():
                yield url_for(rule.endpoint, **dict(zip(chosen, values, strict=True)))  # type: ignore[arg-type]

    def methods_elsewhere(self, rule: Rule) -> set[str]:
        """What another route answers at a route's address; OPTIONS is answered for both at once."""
        others = [one for one in self.app.url_map.iter_rules() if one.rule == rule.rule]
        found = {method for one in others if one is not rule for method in one.methods or ()}
        return found - ((rule.methods or set()) - {"OPTIONS"})

    def rules(self, *, public: bool = False) -> list[Rule]:
        """The routes that everybody may open, or all others, in order."""
        return sorted(
            (
                rule
                for rule in self.app.url_map.iter_rules()
                if (access_rule_of(self.app, rule.endpoint) is Access.PUBLIC) == public
            ),
            key=str,
        )

    def declared(self, rule: Rule) -> str:
        """The access rule of a route, as a word of MAY_OPEN."""
        found = access_rule_of(self.app, rule.endpoint)
        assert found is not None, rule
        return found.value

    def rows_with_mark(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything of the other municipality's."""
        ids = set(self.others.values())
        return {
            table: [row for row in rows if ids & {v for v in row if isinstance(v, UUID)}]
            for table, rows in self.installation.contents().items()
        }


def build_ground(folder: Path, empty_database: Path) -> Ground:
    """Build it all; a second or two."""
    installation = build_installation(folder, empty_database, waves=("baseline", "final", "next"))
    _measure(installation)
    token, own = _add_own_things(installation)
    everybody = {"administrator of all": add_person(
        installation, "root@x.example", Role.ADMINISTRATOR, everywhere=True)}  # fmt: skip
    for actor, (role, units) in PEOPLE.items():
        name = EVALUATOR_NAME if actor == "evaluator" else f"{actor.replace(' ', '.')}@x.example"
        everybody[actor] = add_person(
            installation, name, role, units=units, must_change_password="one-time" in actor
        )
    with installation.context(), writing() as session:
        account = Base.metadata.tables["account"]
        session.execute(sa.update(account).where(account.c.id == everybody["disabled"])
                        .values(is_disabled=True))  # fmt: skip
        session.execute(sa.update(account).where(account.c.id == everybody["half signed in"])
                        .values(sealed_totp_secret=b"sealed"))  # fmt: skip
    own["account_id"] = everybody["viewer"]
    [code] = installation.invite("p1", wave="next")
    installation.visitor().enter(code).answer_first(2)
    ground = Ground(installation, everybody, own, {}, token)
    ground.own |= _add_decisions_and_jobs(installation, everybody["evaluator"])
    ground.others = _add_others_things(ground)
    return ground


def end_ground(ground: Ground) -> None:
    """Let go of the database."""
    with ground.installation.context():
        database.engine.dispose()


def ids_in(rule: Rule) -> list[str]:
    """The names of the ids in a route's address."""
    return [name for name in rule.arguments if _kind(rule, name) == "UUIDConverter"]


def _kind(rule: Rule, name: str) -> str:
    return type(rule._converters[name]).__name__


def _values(rule: Rule, name: str, ids: Mapping[str, UUID]) -> tuple[object, ...]:
    if _kind(rule, name) == "UUIDConverter":
        assert name in ids, f"{rule}: name the table of {name} in TABLES, or make one by hand"
        return (ids[name],)
    if _kind(rule, name) == "AnyConverter":
        return tuple(sorted(rule._converters[name].items))  # type: ignore[attr-defined]
    assert name in WORDS, f"{rule}: tell in WORDS what can stand for {name}"
    return WORDS[name]


def _measure(installation: Installation) -> None:
    """Two closed waves of 12 citizens in each of two units, two releases, and an open wave."""
    roster = {(installation.units[unit], "citizen"): 30 for unit in ("house", "home")}
    with installation.context():
        for wave in ("baseline", "final"):
            set_roster(installation.waves[wave], roster)
    for wave in ("baseline", "final"):
        if wave == "final":
            installation.open_wave(wave)
        items = [item for item in instrument_of("citizen").items if item.scale is not None]
        gathered = [
            GatheredResponse(
                installation.units[unit], "citizen", f"{unit}-{number}-x",
                {item.key: str(1 + (number + place) % 5) for place, item in enumerate(items)},
            )
            for unit in ("house", "home")
            for number in range(12)
        ]  # fmt: skip
        with installation.context():
            record_responses(installation.keys, installation.waves[wave], gathered, TODAY)
        installation.close_wave(wave)
    with installation.context():
        project_id = installation.project_id
        publish_release(project_id, prepare_release(project_id, TODAY), TODAY)
        prepare_release(project_id, UNPUBLISHED_ON)
    installation.open_wave("next")


def _add_own_things(installation: Installation) -> tuple[str, dict[str, UUID]]:
    """Add what only a use case can make; returns a tablet's token and the ids."""
    keys, wave_id = installation.keys, installation.waves["next"]
    with installation.context():
        people = [
            Invitee(installation.units["house"], "citizen", f"q{number}", contact=CONTACT.to_text())
            for number in range(3)
        ]
        batch_id = invite_batch(keys, wave_id, BatchKind.LIST, people, TODAY)
        upload_id = uploads.keep_upload(
            keys, installation.project_id, "older.csv",
            b"unit;score\nhouse;50\n", FileKind.SCORES, TODAY,
        )  # fmt: skip
        token = kiosk.pair_tablet(
            keys, installation.project_id, installation.units["house"], "Stuen"
        )
    [tablet] = installation.rows("kiosk")
    installation.open_link(wave="next")
    own = {
        "municipality_id": installation.municipality_id, "unit_id": installation.units["house"],
        "project_id": installation.project_id, "wave_id": wave_id, "batch_id": batch_id,
        "upload_id": upload_id, "kiosk_id": tablet["id"],
    }  # fmt: skip
    return token, own  # type: ignore[return-value]


def _add_decisions_and_jobs(installation: Installation, account_id: UUID) -> dict[str, UUID]:
    with installation.context(), writing() as session:
        made = {
            f"decision_of_{name}": decisions.add_decision(
                session, project_id=installation.project_id,
                unit_id=installation.units.get(name), principle="network",
                release_number=PUBLISHED, text=f"Beslutning om {name}", responsible="lederen",
                decided_on=TODAY, due_on=TODAY,
            )
            for name in ("house", "home", "whole")
        }  # fmt: skip
        now = datetime(2026, 3, 4, 12, 0)  # noqa: DTZ001 - stored in UTC without a zone
        job_id = jobs.add_job(session, "briefs", installation.project_id, account_id, "{}", now)
        result = {"values": {"number": PUBLISHED}, "file": "breve.zip"}
        jobs.finish_job(session, job_id, "done", json.dumps(result))
    folder = installation.folder / "output" / "jobs"
    folder.mkdir(parents=True)
    (folder / job_id.hex).write_bytes(b"PK")
    return made | {"job_id": job_id, "decision_id": made["decision_of_house"]}


def _add_others_things(ground: Ground) -> dict[str, UUID]:
    with ground.installation.context(), writing() as session:
        elsewhere = projects.add_municipality(session, "herning", MARK)
        unit_id = projects.add_unit(session, elsewhere, "unit", MARK)
        project_id = projects.add_project(
            session, municipality_id=elsewhere, key="p", title=MARK, framework="recovery-2023",
            margin=5.0, minimum=5, retained_until=TODAY, notice_version="1",
        )  # fmt: skip
        wave_id = projects.add_wave(
            session, project_id=project_id, key="w", position=1, label_da=MARK, label_en=MARK,
            opens_on=TODAY, closes_on=TODAY,
        )  # fmt: skip
    with ground.installation.context():
        account_id = add_user(MARK, "en lang adgangskode", Role.VIEWER, elsewhere)
        known = {
            "municipality_id": elsewhere, "unit_id": unit_id, "project_id": project_id,
            "wave_id": wave_id, "account_id": account_id,
        }  # fmt: skip
        names = {name for rule in ground.app.url_map.iter_rules() for name in ids_in(rule)}
        known |= {name: uuid4() for name in NO_TABLE}
        ground.own |= {name: uuid4() for name in NO_TABLE}
        for name in sorted(names - set(known)):
            known[name] = _add_row(TABLES.get(name[:-3], name[:-3]), known)
        missing = names - set(ground.own)
        assert not missing, f"make one of the own municipality's by hand for {missing}"
        for table in ("release", "roster_cell", "response", "project_contact", "brief_words"):
            _add_row(table, known)
    return known


def _add_row(name: str, known: Mapping[str, UUID]) -> UUID:
    """Add a row of the other municipality's to a table."""
    table = Base.metadata.tables.get(name)
    assert table is not None, f"{name}: name the table of it in TABLES"
    row_id, values = uuid4(), {}
    for column in table.columns:
        if column.name == "id":
            values[column.name] = row_id
        elif column.name in known:
            values[column.name] = known[column.name]
        elif not column.nullable:
            values[column.name] = _anything(column)
    with writing() as session:
        session.execute(sa.insert(table).values(**values))
    return row_id


def _anything(column: sa.Column[Any]) -> object:
    made = {
        str: MARK, int: 1, float: 1.0, bool: False, bytes: b"x", UUID: uuid4(),
        date: TODAY, datetime: datetime(2026, 3, 4),  # noqa: DTZ001 - stored in UTC without a zone
    }  # fmt: skip
    return made[column.type.python_type]
