"""Everybody on every route by every method, own and others': open only where it is declared.

What is expected follows from the rule a route declares and from MAY_OPEN, which is written by hand,
and from whose a thing is by how it was made; never from what a page answers. Routes are the
application's own: a new one is tried as it is, or fails for an argument nobody told how to fill.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from uuid import UUID

import pytest
from matrix_builder import (
    MARK,
    MAY_OPEN,
    METHODS,
    NOT_SIGNED_IN,
    SIGNED_IN,
    Ground,
    build_ground,
    end_ground,
    ids_in,
)
from test_fuzzed_routes import _fields_of
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from survey_service.accounts.roles import Role
from survey_service.web.access import ROLES, Access

pytestmark = pytest.mark.long

SIGN_IN, OWN_PASSWORD = "/arbejdsrum/log-ind", "/arbejdsrum/min-konto/adgangskode"
OTHERS_TITLE = MARK.encode()
OWN_TITLE = "Fælles mål".encode()

NOT_AS_THINGS_STAND: Mapping[str, set[int]] = {
    "workspace.change_wave": {409},  # the wave is open already
    "workspace.recovery_codes": {303},  # two-step sign-in is not on
    "workspace.end_two_step": {303},
    "workspace.import_trial": {303},  # nothing was said of the file's columns yet
    "workspace.undo_import": {404},  # the wave was asked, not imported
    "workspace.own_words_group": {404},  # nobody wrote anything
    "workspace.own_words_text": {404},
    "workspace.review_words": {404},
}
"""What one's own pages may answer besides opening, and why."""

WRITTEN_BY_OTHERS_THAN_EVALUATORS = {
    # what leaders decide, and a brief, which writes nothing
    "workspace.decide", "workspace.decision_done", "workspace.remove_decision", "workspace.brief",
    # one's own account
    "workspace.forget_kept_form", "workspace.own_password", "workspace.sign_out_everywhere",
    "workspace.two_step", "workspace.recovery_codes", "workspace.end_two_step",
}  # fmt: skip
"""Whoever lets somebody else than evaluators and administrators post adds it, having thought."""

NEEDS_A_SITTING = {
    "answer.introduction", "answer.question", "answer.review", "answer.stop", "answer.pause",
    "answer.answer", "answer.send", "answer.delete", "answer.consent", "answer.take_break",
    "answer.finish", "offline.sitting",
}  # fmt: skip
"""Public pages about somebody's answers: nothing of them without that person's own sitting."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Ground]:
    built = build_ground(tmp_path_factory.mktemp("matrix") / "one", empty_database)
    yield built
    end_ground(built)


def request(ground: Ground, actor: str, method: str, address: str, **form: str) -> TestResponse:
    """Ask as somebody, without a form's token unless that is switched off."""
    return ground.browser(actor).open(address, method=method, data=form or None, buffered=True)


def cells(ground: Ground, *, public: bool = False) -> Iterator[tuple[Rule, str, str]]:
    """Every route, own and others', with each of its addresses and each method there is."""
    for rule in ground.rules(public=public):
        for ids in (ground.own, ground.others) if ids_in(rule) else (ground.own,):
            for address in ground.addresses(rule, ids):
                # What another route answers at the same address is a cell of its own.
                elsewhere = ground.methods_elsewhere(rule)
                for method in METHODS:
                    if method not in elsewhere:
                        yield rule, address, method


def mixtures(ground: Ground, rule: Rule) -> Iterator[dict[str, UUID]]:
    """Ids of a route's address of which at least one is another municipality's."""
    names = [name for name in ids_in(rule) if ground.others[name] != ground.own[name]]
    for count in range(1, len(names) + 1):
        for chosen in combinations(names, count):
            yield ground.own | {name: ground.others[name] for name in chosen}


# ---- Who is stopped ----


@pytest.mark.parametrize("actor", list(MAY_OPEN))
def test_whoever_a_rule_does_not_name_is_stopped_whosever_thing_it_is_by_every_method(
    ground: Ground, actor: str
) -> None:
    before, tried = ground.installation.contents(), 0
    for rule, address, method in cells(ground):
        may = ground.declared(rule) in MAY_OPEN[actor]
        page = None
        if method not in (rule.methods or ()):
            page = request(ground, actor, method, address)
            assert page.status_code == 405, (actor, method, address)
        elif actor in NOT_SIGNED_IN:
            page = request(ground, actor, method, address)
            assert (page.status_code, page.location) == (303, SIGN_IN), (actor, method, address)
        elif actor == "with a one-time password":
            if rule.endpoint != "workspace.own_password":
                page = request(ground, actor, method, address)
                found = (page.status_code, page.location)
                assert found == (303, OWN_PASSWORD), (actor, method, address)
        elif not may:
            page = request(ground, actor, method, address)
            assert page.status_code == 403, (actor, method, address, page.status_code)
        if page is not None:
            tried += 1
            assert OTHERS_TITLE not in page.data, (actor, method, address)
            assert OWN_TITLE not in page.data, (actor, method, address)
    assert tried > 300
    assert ground.installation.contents() == before


# ---- Whose it is ----


@pytest.mark.parametrize("actor", [actor for actor in SIGNED_IN if actor != "administrator of all"])
def test_another_municipalitys_things_are_not_found_whatever_the_method(
    ground: Ground, actor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is refused here is not a forged form: the question is whose the thing is.
    monkeypatch.setitem(ground.app.config, "WTF_CSRF_ENABLED", False)
    before = ground.installation.contents()
    for rule in ground.rules():
        if ground.declared(rule) not in MAY_OPEN[actor]:
            continue
        for ids in mixtures(ground, rule):
            for address in ground.addresses(rule, ids):
                for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                    page = request(ground, actor, method, address)
                    assert page.status_code == 404, (actor, method, address, page.status_code)
                    assert OTHERS_TITLE not in page.data, (actor, method, address)
    assert ground.installation.contents() == before


@pytest.mark.parametrize("actor", SIGNED_IN)
def test_ones_own_pages_open_and_show_nothing_of_another_municipality(
    ground: Ground, actor: str
) -> None:
    before = ground.installation.contents()
    for rule in ground.rules():
        if ground.declared(rule) not in MAY_OPEN[actor]:
            continue
        also = NOT_AS_THINGS_STAND.get(rule.endpoint, set()) | _not_for(actor, rule)
        for address in ground.addresses(rule, ground.own):
            methods = rule.methods or set()
            if "/afdeling/" in address:  # a unit's brief, of no unit
                also = also | {404}
            if "GET" in methods:
                page = request(ground, actor, "GET", address)
                assert page.status_code in {200} | also, (actor, address, page.status_code)
                head = request(ground, actor, "HEAD", address)
                assert (head.status_code, head.data) == (page.status_code, b""), (actor, address)
                if actor != "administrator of all":
                    assert OTHERS_TITLE not in page.data, (actor, address)
            if "POST" in methods:
                page = request(ground, actor, "POST", address)
                # Refused for the token that is missing, and for nothing else.
                assert page.status_code in {400} | also, (actor, address, page.status_code)
    assert ground.installation.contents() == before


def _not_for(actor: str, rule: Rule) -> set[int]:
    """What is not for somebody of a role that may open a route, by what the role is for."""
    found: set[int] = set()
    if (actor, rule.endpoint) == ("administrator of all", "workspace.add_account"):
        found.add(200)  # asks first for which municipality
    is_evaluator = "evaluator" in MAY_OPEN[actor]
    if "number" in rule.arguments and not is_evaluator:
        found.add(404)  # the address names a release that is not published
    if rule.endpoint == "workspace.result_section" and not is_evaluator:
        found.add(403)  # exact figures of the method are the evaluator's alone
    if actor == "leader of the home" and "decision_id" in rule.arguments:
        found.add(404)  # the decision in the address is about the house
    return found


def test_an_administrator_of_all_reaches_every_municipality(ground: Ground) -> None:
    real = {"municipality_id", "unit_id", "project_id", "wave_id", "account_id"}
    opened = 0
    for rule in ground.rules():
        if "GET" not in (rule.methods or ()) or not set(rule.arguments) <= real or not ids_in(rule):
            continue
        if rule.endpoint in NOT_AS_THINGS_STAND:
            continue
        for address in ground.addresses(rule, ground.others):
            page = request(ground, "administrator of all", "GET", address)
            if rule.endpoint != "workspace.result_tables":  # nothing was worked out there
                assert page.status_code not in {302, 303, 403, 404}, (address, page.status_code)
                opened += 1
    assert opened > 15


def test_ids_in_a_form_lead_to_nothing_of_another_municipality(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every field of every form holds an id, a key or a name of the other's; all at once."""
    monkeypatch.setitem(ground.app.config, "WTF_CSRF_ENABLED", False)
    app, others = ground.app, ground.others
    known = _rows_by_id(ground, set(others.values()))
    for value in (str(others["unit_id"]), "unit", "unit:unit", "herning", str(others["wave_id"])):
        for rule in ground.rules():
            # Steps that cannot be taken back end what the next cells stand on.
            if "POST" not in (rule.methods or ()) or rule.endpoint in {
                "workspace.change_wave", "workspace.setup_unit_remove", "kiosk.revoke",
                "workspace.setup_wave_remove", "workspace.change_account",
            }:  # fmt: skip
                continue
            fields = dict.fromkeys(
                [*_fields_of(app.view_functions[rule.endpoint]), *GUESSED], value
            )
            for address in ground.addresses(rule, ground.own):
                actor = "administrator" if ground.declared(rule) == "administrator" else "evaluator"
                page = request(ground, actor, "POST", f"{address}?kommune=herning", **fields)
                assert page.status_code < 500, (address, page.status_code)
                assert OTHERS_TITLE not in page.data, (address, value)
                found = _rows_by_id(ground, set(others.values()))
                assert found == known, (address, value)


GUESSED = ("unit", "units", "unit_id", "municipality", "municipality_id", "project", "project_id",
           "wave", "wave_id", "parent", "brief", "role", "account_id", "upload")  # fmt: skip
"""Names a field might have that a page reads without a form."""


def _rows_by_id(ground: Ground, ids: set[UUID]) -> dict[str, list[tuple[object, ...]]]:
    """Every row that holds one of the ids, by table: rows that join own and others' are new."""
    return {
        table: [row for row in rows if any(isinstance(one, UUID) and one in ids for one in row)]
        for table, rows in ground.installation.contents().items()
    }


# ---- What everybody may open ----


@pytest.mark.parametrize("actor", list(MAY_OPEN))
def test_public_pages_fail_for_nobody_and_never_ask_to_sign_in(ground: Ground, actor: str) -> None:
    for rule, address, method in cells(ground, public=True):
        if method not in (rule.methods or ()):
            page = request(ground, actor, method, address)
            assert page.status_code == 405, (actor, method, address)
            continue
        page = request(ground, actor, method, address)
        assert page.status_code < 500, (actor, method, address)
        if not rule.endpoint.startswith("workspace."):
            assert "log-ind" not in (page.location or ""), (actor, method, address)
        # Whom those who answer can talk to is for everybody who has the project's address.
        if rule.endpoint != "offline.questions":
            assert OTHERS_TITLE not in page.data, (actor, method, address)


@pytest.mark.parametrize("actor", [actor for actor in MAY_OPEN if actor != "answering"])
def test_nobody_sees_or_changes_answers_without_the_sitting_of_whoever_gave_them(
    ground: Ground, actor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ground.app.config, "WTF_CSRF_ENABLED", False)
    before = ground.installation.contents()
    tried = 0
    for rule in ground.rules(public=True):
        if rule.endpoint not in NEEDS_A_SITTING:
            continue
        for address in ground.addresses(rule, ground.own):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                page = request(ground, actor, method, address, answer="1")
                assert page.status_code in {302, 303, 403, 404}, (actor, method, address)
                assert b'name="answer"' not in page.data
                tried += 1
    assert tried >= len(NEEDS_A_SITTING)
    assert ground.installation.contents() == before


# ---- The declarations themselves ----


def test_every_rule_names_its_roles() -> None:
    assert set(ROLES) == set(Access) - {Access.PUBLIC}
    assert all(Role.ADMINISTRATOR in roles for roles in ROLES.values())


def test_the_rules_let_in_who_this_table_lets_in() -> None:
    roles = {"administrator": Role.ADMINISTRATOR, "evaluator": Role.EVALUATOR,
             "leader of the house": Role.UNIT_LEADER, "case reviewer": Role.CASE_REVIEWER,
             "viewer": Role.VIEWER}  # fmt: skip
    assert set(roles.values()) == set(Role)
    for actor, role in roles.items():
        assert {rule.value for rule, let_in in ROLES.items() if role in let_in} == MAY_OPEN[actor]


def test_only_evaluators_and_administrators_change_anything_but_these(ground: Ground) -> None:
    narrow = {Access.EVALUATOR.value, Access.ADMINISTRATOR.value}
    found = {
        rule.endpoint
        for rule in ground.rules()
        if "POST" in (rule.methods or ()) and ground.declared(rule) not in narrow
    }
    assert found == WRITTEN_BY_OTHERS_THAN_EVALUATORS


@pytest.mark.parametrize(
    ("rule", "prefix"),
    [
        ("administrator", r"/arbejdsrum/(brugere|kommuner|log(/|$))"),
        ("evaluator", r"/arbejdsrum/(invitationer|maaling|opgave|projekt/[^/]+/opsaetning)"),
    ],
)
def test_whole_rooms_have_one_rule(ground: Ground, rule: str, prefix: str) -> None:
    found = {one.rule: ground.declared(one) for one in ground.rules() if re.match(prefix, one.rule)}
    assert found
    assert set(found.values()) == {rule}
