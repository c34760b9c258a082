"""What the workspace enters in the audit log, and who reads it."""

import csv
import io
import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pyotp
import pytest
from accounts_builder import NAME, PASSWORD, add_neighbour, add_person, enter, set_moment
from argon2 import PasswordHasher
from audit_builder import add_entries, chain_of, entries_of, tamper, told
from builders import Installation, Visitor
from flask import Flask
from werkzeug.routing import Rule

from survey_service.accounts import audit, passwords
from survey_service.accounts.audit import Actor
from survey_service.accounts.roles import Role
from survey_service.texts import load_texts
from survey_service.web.access import Access, access_rule_of
from survey_service.web.language import TEXTS
from survey_service.web.workspace.audit_actions import (
    CHANGES,
    DOWNLOADS,
    OTHER,
    SIGN_INS,
    find_action,
    known_actions,
)
from survey_service.web.workspace.auditing import is_entered

LOG = "/arbejdsrum/log"
ROSE, HEINE = "rose@randers.example", "heine@herning.example"
MARKERS = ("Mærkeord", "maerke@borger.example", "maerke-reference-77", "maerke adgangskode lang")


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords cheaply."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)


@pytest.fixture
def eva(installation: Installation) -> Visitor:
    """The evaluator, signed in."""
    add_person(installation)
    return enter(installation.visitor())


@pytest.fixture
def rose(installation: Installation) -> Visitor:
    """The municipality's administrator, signed in."""
    add_person(installation, ROSE, Role.ADMINISTRATOR)
    return enter(installation.visitor(), ROSE)


def steps_of(rule: Rule) -> list[object]:
    """The steps an address names, [None] where it names none."""
    converter = rule._converters.get("step")
    return sorted(converter.items) if converter is not None else [None]  # type: ignore[attr-defined]


def changing_rules(app: Flask) -> list[Rule]:
    """Every address of those who sign in that takes more than reading."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
        and rule.rule.startswith("/arbejdsrum")
    ]


# ---- What is entered ----


def test_every_change_of_the_workspace_has_its_word(installation: Installation) -> None:
    rules = changing_rules(installation.app)
    assert len(rules) > 50
    for rule in rules:
        if rule.endpoint not in SIGN_INS:
            words = [find_action(rule.endpoint, step) for step in steps_of(rule)]
            assert OTHER not in words, rule.endpoint
        assert is_entered_by(installation.app, rule.endpoint, "POST"), rule.endpoint


def test_every_word_belongs_to_an_address_that_exists_and_has_its_texts(
    installation: Installation,
) -> None:
    known = set(installation.app.view_functions)
    assert set(CHANGES) | set(DOWNLOADS) | SIGN_INS <= known
    texts = load_texts(TEXTS)
    assert [word for word in known_actions() if f"workspace.audit.action_{word}" not in texts] == []


def test_every_file_of_the_workspace_is_entered(installation: Installation) -> None:
    files = {
        rule.endpoint
        for rule in installation.app.url_map.iter_rules()
        if rule.rule.startswith("/arbejdsrum") and "GET" in (rule.methods or set())
        and (rule.rule.endswith((".csv", ".pdf", ".zip", ".svg", ".xlsx", "/fil"))
             or "any('breve.pdf'" in rule.rule)
    }  # fmt: skip
    assert files == set(DOWNLOADS)


def test_nothing_of_the_answering_side_is_entered(installation: Installation) -> None:
    for rule in installation.app.url_map.iter_rules():
        is_public = access_rule_of(installation.app, rule.endpoint) is Access.PUBLIC
        if is_public and not rule.rule.startswith("/arbejdsrum"):
            for method in rule.methods or ():
                assert not is_entered_by(installation.app, rule.endpoint, method), rule.endpoint


def is_entered_by(app: Flask, endpoint: str, method: str) -> bool:
    with app.app_context():
        return is_entered(endpoint, method)


def test_somebody_who_answers_leaves_no_entry(installation: Installation) -> None:
    [code] = installation.invite("p1")
    installation.visitor().enter(code).answer_first(3)
    installation.visitor().enter("1000-0000-00H")
    assert entries_of(installation) == []


def test_signing_in_out_and_failing_are_entered(installation: Installation, eva: Visitor) -> None:
    eva.get("/arbejdsrum/").submit("/arbejdsrum/log-ud")
    eva.post("/arbejdsrum/log-ud")  # somebody who is signed out already
    enter(eva, password="forkert")
    assert told(installation) == [
        ("signed_in", NAME, "done"), ("signed_out", NAME, "done"),
        ("sign_in_failed", NAME, "refused"),
    ]  # fmt: skip


def test_of_a_name_nobody_has_only_a_keyed_hash_is_kept(
    installation: Installation, visitor: Visitor
) -> None:
    for name in ("Ukendt@x.example", " ukendt@X.example ", "en-anden@x.example"):
        enter(visitor, name)
    first, again, other = entries_of(installation)
    assert first["object_id"] == again["object_id"] != other["object_id"]
    assert len(str(first["object_id"])) == 64
    assert (first["actor"], first["account_id"], first["account_name"]) == ("unknown", None, "")
    assert "ukendt" not in repr(entries_of(installation)).lower()


@pytest.mark.parametrize("name", [NAME, "ukendt@x.example"])
def test_a_lock_out_is_told_of_once_and_not_per_try(
    installation: Installation, visitor: Visitor, name: str
) -> None:
    moment = set_moment(installation)
    add_person(installation)
    for _ in range(9):
        enter(visitor, name, "forkert")
    actions = [row["action"] for row in entries_of(installation)]
    assert actions == ["sign_in_failed"] * 5 + ["sign_in_locked_out"]
    moment.pass_by(minutes=45)
    for _ in range(3):
        enter(visitor, name, "forkert")
    actions = [row["action"] for row in entries_of(installation)]
    assert actions[6:] == ["sign_in_failed", "sign_in_locked_out"]


def test_a_network_that_is_kept_waiting_fills_no_log_with_names(
    installation: Installation, visitor: Visitor
) -> None:
    fields = visitor.get("/arbejdsrum/log-ind").form("/arbejdsrum/log-ind")
    for number in range(26):  # 20 may fail within ten minutes
        visitor.post("/arbejdsrum/log-ind", **fields, name=f"{number}@x.example", password="x")
    assert visitor.status == 429
    entries = entries_of(installation)
    assert [row["action"] for row in entries] == ["sign_in_failed"] * 20 + ["sign_in_locked_out"]
    assert (entries[-1]["actor"], entries[-1]["object_id"]) == ("unknown", "")


def test_both_steps_of_signing_in_are_entered(installation: Installation, eva: Visitor) -> None:
    moment = set_moment(installation)
    page = "/arbejdsrum/min-konto/totrinslogin"
    shown = re.search(r'account-secret"><code[^>]*>([^<]+)<', eva.get(page).html)
    assert shown is not None
    key = shown[1].replace(" ", "")
    eva.submit(page, code="000000")
    eva.submit(page, code=pyotp.TOTP(key).at(moment.now))
    moment.pass_by(minutes=2)
    again = enter(installation.visitor())
    again.submit("/arbejdsrum/log-ind/kode", code="000000")
    again.submit("/arbejdsrum/log-ind/kode", code=pyotp.TOTP(key).at(moment.now))
    assert told(installation) == [
        ("signed_in", NAME, "done"),
        ("two_step_begun", NAME, "refused"), ("two_step_begun", NAME, "done"),
        ("password_accepted", NAME, "done"), ("sign_in_failed", NAME, "refused"),
        ("signed_in", NAME, "done"),
    ]  # fmt: skip


def test_a_step_names_its_object_and_whether_it_was_done(
    installation: Installation, eva: Visitor
) -> None:
    wave = f"/arbejdsrum/maaling/{installation.waves['baseline']}/luk"
    eva.get(wave)
    eva.post(wave)  # without its token
    eva.get(wave).submit(wave)
    _, refused, done = entries_of(installation)
    for entry, outcome in ((refused, "refused"), (done, "done")):
        assert (entry["action"], entry["object_kind"], entry["outcome"]) == (
            "wave_closed", "wave", outcome,
        )  # fmt: skip
        assert entry["object_id"] == str(installation.waves["baseline"])
        assert entry["municipality_id"] == installation.municipality_id


def test_what_somebody_may_not_do_is_entered_as_refused(
    installation: Installation, eva: Visitor
) -> None:
    eva.post("/arbejdsrum/brugere/ny", name="x")
    eva.post(f"/arbejdsrum/projekt/{uuid4()}/udgivelser")
    assert [row[::2] for row in told(installation)][1:] == [
        ("account_added", "refused"), ("release_worked_out", "refused"),
    ]  # fmt: skip


def test_who_must_choose_a_password_first_did_nothing_else(installation: Installation) -> None:
    add_person(installation, must_change_password=True)
    visitor = enter(installation.visitor())
    visitor.post(f"/arbejdsrum/projekt/{installation.project_id}/udgivelser")
    assert told(installation)[-1] == ("release_worked_out", NAME, "refused")


def test_whoever_is_not_signed_in_fills_no_log(
    installation: Installation, visitor: Visitor
) -> None:
    visitor.post(f"/arbejdsrum/projekt/{installation.project_id}/udgivelser")
    visitor.get(f"{LOG}/log.csv")
    assert entries_of(installation) == []


def test_what_was_just_made_is_named(installation: Installation, rose: Visitor) -> None:
    form = "/arbejdsrum/brugere/ny?kommune=randers"
    rose.get(form).submit(form, name="ny@x.example", role="viewer")
    made = next(row for row in installation.rows("account") if row["name"] == "ny@x.example")
    entry = entries_of(installation)[-1]
    assert (entry["action"], entry["object_id"]) == ("account_added", str(made["id"]))


def test_a_page_that_asks_on_is_not_told_of_as_done(
    installation: Installation, eva: Visitor
) -> None:
    page = f"/arbejdsrum/maaling/{installation.waves['baseline']}/koder"
    fields = eva.get(page).form(page)
    eva.post(page, **fields)
    entry = entries_of(installation)[-1]
    assert (entry["action"], entry["outcome"]) in {
        ("codes_made", "unfinished"), ("codes_made", "refused"),
    }  # fmt: skip
    assert installation.rows("invitation") == []


def test_nothing_that_was_typed_or_sent_is_in_the_log(
    installation: Installation, eva: Visitor
) -> None:
    word, address, reference, password = MARKERS
    decide = f"/arbejdsrum/projekt/{installation.project_id}/beslutninger"
    eva.post(decide, text=word, responsible=word)
    invite = f"/arbejdsrum/maaling/{installation.waves['baseline']}/inviter"
    eva.get(invite).submit(invite, people=f"reference;e-mail\n{reference};{address}\n")
    own = "/arbejdsrum/min-konto/adgangskode"
    eva.get(own).submit(own, current=PASSWORD, password=password, repeated=password)
    setup = f"/arbejdsrum/projekt/{installation.project_id}/opsaetning/projekt"
    eva.get(setup).submit(setup, title=word)
    eva.get(f"/arbejdsrum/projekt/{installation.project_id}/resultater/figur/{word}/billede.svg")
    eva.post(f"/arbejdsrum/maaling/{installation.waves['baseline']}/plakat.pdf?{word}", token=word)
    enter(eva, address, password)
    entries = entries_of(installation)
    assert len(entries) == 8
    stored = repr(entries).lower()
    for marker in (*MARKERS, "127.0.0.1", "mærke", "maerke"):
        assert marker.lower() not in stored


def test_reading_enters_nothing(installation: Installation, eva: Visitor) -> None:
    before = entries_of(installation)
    for path in ("/arbejdsrum/", f"/arbejdsrum/projekt/{installation.project_id}",
                 f"/arbejdsrum/projekt/{installation.project_id}/invitationer"):  # fmt: skip
        assert eva.get(path).status == 200
    assert entries_of(installation) == before


# ---- Who reads it ----


def test_only_administrators_read_the_log(eva: Visitor) -> None:
    assert eva.get(LOG).status == 403
    assert eva.get(f"{LOG}/log.csv").status == 403


def test_the_page_says_in_words_who_did_what(installation: Installation, rose: Visitor) -> None:
    add_person(installation)
    visitor = enter(installation.visitor())
    wave = f"/arbejdsrum/maaling/{installation.waves['baseline']}/luk"
    visitor.get(wave).submit(wave)
    rose.get(LOG)
    assert f"{NAME} Lukke en måling Måling: Fælles mål: baseline Udført" in rose.text
    assert "Loggen er hel" in rose.text
    assert "gemmes i 24 måneder" in rose.text


def test_a_broken_chain_is_told_on_the_page(installation: Installation, rose: Visitor) -> None:
    add_entries(installation, 3)
    tamper(installation, "DELETE FROM audit_entry WHERE position = 3")
    rose.get(LOG)
    assert "Loggen er ikke hel" in rose.text
    assert "Linje 3 mangler." in rose.text


@pytest.mark.usefixtures("eva")
def test_another_municipality_s_accounts_and_objects_are_not_shown(
    installation: Installation, rose: Visitor
) -> None:
    elsewhere = add_neighbour(installation)
    add_person(installation, HEINE, Role.ADMINISTRATOR, municipality_id=elsewhere)
    heine = enter(installation.visitor(), HEINE)
    heine.post(f"/arbejdsrum/projekt/{installation.project_id}/udgivelser")  # not his
    heine.get(LOG)
    assert HEINE in heine.text
    assert f"Projekt: {str(installation.project_id)[:8]}" in heine.text
    for hidden in ("Fælles mål", ROSE, NAME):
        assert hidden not in heine.text
    assert heine.get(f"{LOG}?bruger={account_id(installation, NAME)}").text.count(NAME) == 0
    assert HEINE not in rose.get(LOG).text
    assert NAME in rose.text
    add_person(installation, "anna@x.example", Role.ADMINISTRATOR, everywhere=True)
    anna = enter(installation.visitor(), "anna@x.example").get(LOG)
    for shown in (HEINE, ROSE, NAME, "anna@x.example"):
        assert shown in anna.text


def account_id(installation: Installation, name: str) -> object:
    return next(row["id"] for row in installation.rows("account") if row["name"] == name)


def test_actions_and_accounts_can_be_chosen(
    installation: Installation, rose: Visitor, eva: Visitor
) -> None:
    eva.get("/arbejdsrum/").submit("/arbejdsrum/log-ud")
    rose.get(f"{LOG}?handling=signed_out")
    assert rose.html.count('<tr role="row">') == 2  # the header and one
    rose.get(f"{LOG}?bruger={account_id(installation, ROSE)}")
    assert rose.html.count('<tr role="row">') == 2
    rose.get(f"{LOG}?handling=brief_made")
    assert "Ingen linjer passer" in rose.text
    for nonsense in ("handling=x", "bruger=x", "side=x", "side=-1", "side=0"):
        assert rose.get(f"{LOG}?{nonsense}").status == 200


def test_a_hundred_entries_stand_on_a_page(installation: Installation) -> None:
    anna = add_person(installation, ROSE, Role.ADMINISTRATOR)
    rose = enter(installation.visitor(), ROSE)
    actor = Actor("account", anna, ROSE, installation.municipality_id)
    with installation.context():
        for _ in range(104):
            audit.record(
                installation.keys, actor, "signed_in", now=datetime(2026, 3, 4, tzinfo=UTC)
            )
    rose.get(LOG)
    assert rose.html.count('<tr role="row">') == 101
    assert "105 linjer, nyeste først. Side 1 af 2." in rose.text
    rose.get(f"{LOG}?side=2")
    assert rose.html.count('<tr role="row">') == 6
    assert "Loggen er hel" not in rose.text


def test_the_file_holds_the_entries_and_is_itself_entered(
    installation: Installation, rose: Visitor
) -> None:
    page = rose.client.get(f"{LOG}/log.csv")
    assert page.headers["Content-Disposition"] == 'attachment; filename="log.csv"'
    rows = list(csv.DictReader(io.StringIO(page.get_data().decode("utf-8-sig")), delimiter=";"))
    assert [(row["action"], row["account"], row["outcome"]) for row in rows] == [
        ("signed_in", ROSE, "done")
    ]
    assert UUID(rows[0]["account_id"]) == account_id(installation, ROSE)
    assert told(installation)[-1] == ("audit_fetched", ROSE, "done")
    assert chain_of(installation).holds
