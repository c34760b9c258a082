"""Inviting from the workspace: lists with every fault, numbers of codes, and what stays hidden."""

import io
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from builders import TODAY, Installation, Visitor

from survey_service.accounts.sign_in import Role, add_user
from survey_service.exchange.invitation_lists import read_invitation_list
from survey_service.faults import InputRefused
from survey_service.fieldwork.invitation_drafts import draft_from_list
from survey_service.storage import projects
from survey_service.storage.database import reading, writing
from survey_service.texts import load_texts
from survey_service.web.language import TEXTS

PASSWORD = "fire grønne hatte"
HEADER = "reference;afdeling;målgruppe;sprog;navn;adresse;e-mail"
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{3}\b")

Build = Callable[..., Installation]


def text(key: str, **values: object) -> str:
    return load_texts(TEXTS)[key].read_in("da").format(**values)


@pytest.fixture
def evaluator(installation: Installation) -> Visitor:
    return sign_in(installation, "e@kommune.example", installation.municipality_id)


def sign_in(installation: Installation, name: str, municipality_id: object) -> Visitor:
    with installation.context():
        add_user(name, PASSWORD, Role.EVALUATOR, municipality_id)  # type: ignore[arg-type]
    visitor = installation.visitor()
    visitor.get("/arbejdsrum/log-ind")
    return visitor.submit("/arbejdsrum/log-ind", name=name, password=PASSWORD)


def list_path(installation: Installation, wave: str = "baseline") -> str:
    return f"/arbejdsrum/maaling/{installation.waves[wave]}/inviter"


def check(evaluator: Visitor, installation: Installation, *lines: str, **fields: str) -> Visitor:
    path = list_path(installation)
    listed = "\n".join((HEADER, *lines))
    return evaluator.get(path).submit(path, **({"people": listed, "step": "check"} | fields))


def confirm(evaluator: Visitor, installation: Installation, *lines: str, **fields: str) -> Visitor:
    return check(evaluator, installation, *lines, **({"step": "confirm"} | fields))


ANNA = "B-017;Psykiatriens Hus;borger;da;Anna Æblegård;Eksempelvej 1 / 8900 Randers C;a@example.org"
BO = "B-018;home;citizen;en;Bo Beck;;"


# ---- Lists ----


def test_a_list_says_what_it_would_mean_and_stores_nothing_before_it_is_confirmed(
    installation: Installation, evaluator: Visitor
) -> None:
    check(evaluator, installation, ANNA, BO)
    assert evaluator.status == 200
    assert text("workspace.invitations.confirm_total", total=2) in evaluator.text
    assert text("workspace.invitations.confirm_email", count=1) in evaluator.text
    assert text("workspace.invitations.few_explained", minimum=5) in evaluator.text
    assert installation.rows("admission") == []
    assert installation.rows("invitation_batch") == []


def test_a_confirmed_list_becomes_a_batch_with_a_code_for_each(
    installation: Installation, evaluator: Visitor
) -> None:
    confirm(evaluator, installation, ANNA, BO)
    [batch] = installation.rows("invitation_batch")
    assert evaluator.path == f"/arbejdsrum/invitationer/{batch['id']}"
    assert (batch["kind"], batch["people"], batch["made_on"]) == ("list", 2, TODAY)
    assert {row["unit_id"] for row in installation.rows("admission")} == {
        installation.units["house"], installation.units["home"],
    }  # fmt: skip
    assert {row["language"] for row in installation.rows("invitation")} == {"da", "en"}
    assert {row["batch_id"] for row in installation.rows("invitation")} == {batch["id"]}


def test_what_the_list_holds_of_people_is_readable_nowhere_in_the_database(
    installation: Installation, evaluator: Visitor
) -> None:
    confirm(evaluator, installation, ANNA, BO)
    with installation.context():
        from survey_service.storage.database import compact

        compact()
    stored = installation.database_file.read_bytes()
    for secret in ("Anna", "Eksempelvej", "a@example.org", "B-017", "Bo Beck"):
        assert secret.encode() not in stored, secret


def test_the_same_list_is_read_from_a_file_of_danish_excel(
    installation: Installation, evaluator: Visitor
) -> None:
    path = list_path(installation)
    content = "\r\n".join((HEADER, ANNA, "")).encode("cp1252")
    fields = evaluator.get(path).form(path) | {"step": "check"}
    evaluator.page = evaluator.client.post(
        path, data=fields | {"file": (io.BytesIO(content), "liste.csv")}
    )
    assert text("workspace.invitations.confirm_total", total=1) in evaluator.text
    assert "Anna Æblegård" in evaluator.html  # carried on, to be confirmed


def test_cells_pasted_from_a_spreadsheet_and_english_headings_are_read(
    installation: Installation, evaluator: Visitor
) -> None:
    listed = "Reference\tUnit\tAudience\tPhone\nP1\tBotilbud\tstaff\t12 34 56 78"
    check(evaluator, installation, people=listed)
    assert text("workspace.invitations.confirm_total", total=1) in evaluator.text
    assert text("workspace.invitations.confirm_ignored", columns="Phone") in evaluator.text


@pytest.mark.parametrize(("line", "rule", "values"), [
    (";house;borger;;;;", "reference_missing", {}),
    ("010190-0000;house;borger;;;;", "cpr_number", {}),
    ("P1;house;borger;;Ib, 010190 0000;;", "cpr_number", {}),
    ("P1;Havnen;borger;;;;", "person_unit_unknown", {"unit": "Havnen"}),
    ("P1;;borger;;;;", "person_unit_missing", {"unit": ""}),
    ("P1;house;naboer;;;;", "person_audience_unknown", {"audience": "naboer"}),
    ("P1;house;leder;;;;", "person_audience_not_asked", {"audience": "leder"}),
    ("P1;house;borger;tysk;;;", "person_language_unknown", {"language": "tysk"}),
    ("P1;house;borger;;;;a@b", "email_invalid", {}),
    ("P1;house;borger;;;;a b@example.org", "email_invalid", {}),
    ('P1;house;borger;;;;"a@example.org\nBcc: x@example.org"', "email_unsafe", {}),
    ('P1;house;borger;;"Ib\nBo";;', "name_unsafe", {}),
    (f"{'x' * 101};house;borger;;;;", "reference_too_long", {"limit": 100, "found": 101}),
])  # fmt: skip
def test_each_fault_of_a_line_is_found_with_its_line(
    installation: Installation, line: str, rule: str, values: dict[str, object]
) -> None:
    listed = read_invitation_list("\n".join((HEADER, ANNA, line)).encode())
    with installation.context():
        project = projects.find_project(reading(), installation.project_id)
        wave = projects.find_wave(reading(), installation.waves["baseline"])
        units = projects.find_unit_tree(reading(), installation.municipality_id)
        assert project is not None
        assert wave is not None
        with pytest.raises(InputRefused) as refusal:
            draft_from_list(installation.keys, project, wave, listed, units)
    [fault] = refusal.value.faults
    assert (fault.line, fault.rule, fault.values) == (3, rule, values)
    assert text(f"fault.{rule}", **values)


def test_a_line_that_cannot_be_read_hides_no_other_fault_and_nobody_is_invited(
    installation: Installation, evaluator: Visitor
) -> None:
    check(evaluator, installation, ANNA, "P2;house", "P3;Havnen;borger;;;;")
    assert "Linje 3" in evaluator.text
    assert "Linje 4" in evaluator.text
    assert not installation.rows("invitation")


def test_all_faults_are_told_at_once_and_what_was_typed_is_kept(
    installation: Installation, evaluator: Visitor
) -> None:
    check(evaluator, installation, ";house;borger;;;;", "P1;Havnen;naboer;;;;",
          "P1;house;borger;;;;", "P1;house;borger;;Æble;;")  # fmt: skip
    for line, rule, values in [
        (2, "reference_missing", {}), (3, "person_unit_unknown", {"unit": "Havnen"}),
        (3, "person_audience_unknown", {"audience": "naboer"}),
        (5, "reference_twice", {"first": 4}),
    ]:  # fmt: skip
        told = text("fault.on_line", line=line, text=text(f"fault.{rule}", **values))
        assert told in evaluator.text, rule
    assert evaluator.status == 400
    assert "P1;house;borger;;Æble;;" in evaluator.html
    assert installation.rows("admission") == []


def test_a_workbook_is_refused_before_anything_of_it_is_read(
    installation: Installation, evaluator: Visitor
) -> None:
    path = list_path(installation)
    fields = evaluator.get(path).form(path) | {"step": "check"}
    evaluator.page = evaluator.client.post(
        path, data=fields | {"file": (io.BytesIO(b"PK\x03\x04" + b"x" * 99), "liste.xlsx")}
    )
    assert evaluator.status == 400
    assert text("fault.people_not_text") in evaluator.text


def test_more_than_twenty_thousand_lines_are_refused(
    installation: Installation, evaluator: Visitor
) -> None:
    check(evaluator, installation, *(f"P{n};house;borger;;;;" for n in range(20_001)))
    assert text("fault.people_too_long", limit="20.000", found="20.001") in evaluator.text
    assert evaluator.status == 400


def test_those_invited_already_are_counted_named_by_line_and_can_be_skipped(
    installation: Installation, evaluator: Visitor
) -> None:
    confirm(evaluator, installation, ANNA)
    check(evaluator, installation, ANNA, BO)
    assert text("fault.already_invited", count=1, lines="2") in evaluator.text
    confirm(evaluator, installation, ANNA, BO, skip_invited="y")
    assert [row["people"] for row in installation.rows("invitation_batch")] == [1, 1]
    assert len(installation.rows("admission")) == 2


def test_that_somebody_was_invited_says_nothing_of_whether_they_answered(
    build: Build,
) -> None:
    pages = []
    for name, answers in (("one", True), ("other", False)):
        installation = build(name)
        evaluator = sign_in(installation, "e@kommune.example", installation.municipality_id)
        [code] = installation.invite("B-017")
        if answers:
            visitor = installation.visitor()
            visitor.enter(code).answer_first(2)
            visitor.send()
        check(evaluator, installation, ANNA)
        evaluator_page = evaluator.text
        pages.append(evaluator_page)
    assert pages[0] == pages[1]


# ---- Numbers of codes ----


def test_a_number_of_codes_becomes_slips_for_people_nobody_names(
    installation: Installation, evaluator: Visitor
) -> None:
    path = f"/arbejdsrum/maaling/{installation.waves['baseline']}/koder"
    fields = {"n-house-citizen": "12", "n-home-staff": "3", "language": "da"}
    evaluator.get(path).submit(path, **fields, step="check")
    assert text("workspace.invitations.confirm_total", total=15) in evaluator.text
    evaluator.submit(path, step="confirm")
    [batch] = installation.rows("invitation_batch")
    assert (batch["kind"], batch["people"]) == ("codes", 15)
    assert {row["sealed_contact"] for row in installation.rows("invitation")} == {None}
    assert len({row["pseudonym"] for row in installation.rows("admission")}) == 15


@pytest.mark.parametrize(("typed", "rule", "values"), [
    ({}, "codes_none", {}), ({"n-house-citizen": "tolv"}, "no_number", {"low": 0, "high": 20000}),
    ({"n-house-citizen": "-1"}, "no_number", {"low": 0, "high": 20000}),
    ({"n-house-citizen": "20000", "n-home-staff": "1"}, "codes_too_many",
     {"limit": "20.000", "found": "20.001"}),
])  # fmt: skip
def test_numbers_that_are_none_or_too_many_are_refused_and_kept(
    installation: Installation, evaluator: Visitor, typed: dict[str, str], rule: str,
    values: dict[str, object],
) -> None:  # fmt: skip
    path = f"/arbejdsrum/maaling/{installation.waves['baseline']}/koder"
    evaluator.get(path).submit(path, **typed, language="da", step="check")
    assert evaluator.status == 400
    assert text(f"fault.{rule}", **values) in evaluator.text
    for value in typed.values():
        assert f'value="{value}"' in evaluator.html


# ---- Who may, and when ----


def test_another_municipality_finds_none_of_it(
    installation: Installation, evaluator: Visitor
) -> None:
    confirm(evaluator, installation, ANNA)
    batch_path = evaluator.path
    with installation.context(), writing() as session:
        elsewhere = projects.add_municipality(session, "herning", "Herning Kommune")
    stranger = sign_in(installation, "h@kommune.example", elsewhere)
    wave = installation.waves["baseline"]
    for path in (f"/arbejdsrum/projekt/{installation.project_id}/invitationer",
                 f"/arbejdsrum/maaling/{wave}/inviter", f"/arbejdsrum/maaling/{wave}/koder",
                 f"/arbejdsrum/maaling/{wave}/aabne-links", batch_path, f"{batch_path}/breve.pdf",
                 f"{batch_path}/flettefil.csv", f"{batch_path}/send", f"{batch_path}/paamind",
                 f"{batch_path}/delt-ud", f"/arbejdsrum/projekt/{installation.project_id}"
                 "/e-mail/invitation/da"):  # fmt: skip
        assert stranger.get(path).status == 404, path


def test_an_evaluator_of_one_unit_invites_to_it_alone_and_fetches_no_other_units_letters(
    installation: Installation, evaluator: Visitor
) -> None:
    from survey_service.storage.tables import Account, AccountUnit

    confirm(evaluator, installation, ANNA)
    batch_path = evaluator.path
    limited = sign_in(installation, "l@kommune.example", installation.municipality_id)
    with installation.context(), writing() as session:
        account = session.query(Account).filter_by(name="l@kommune.example").one()
        session.add(AccountUnit(account_id=account.id, unit_id=installation.units["home"]))
    assert limited.get(batch_path).status == 404
    assert limited.get(f"{batch_path}/breve.pdf").status == 404
    check(limited, installation, "P1;Psykiatriens Hus;borger;;;;")
    told = text("fault.person_unit_unknown", unit="Psykiatriens Hus")
    assert told in limited.text
    check(limited, installation, "P1;Botilbud;borger;;;;")
    assert text("workspace.invitations.confirm_total", total=1) in limited.text


@pytest.mark.parametrize("wave", ["final", "baseline"])
def test_nobody_is_invited_to_a_wave_that_is_not_open(
    installation: Installation, evaluator: Visitor, wave: str
) -> None:
    if wave == "baseline":
        installation.close_wave()
    evaluator.get(list_path(installation, wave))
    assert (evaluator.status, evaluator.heading) == (409, text("error.invitation_refused.heading"))


def test_the_register_tells_who_was_invited_when_and_never_who_answered(
    installation: Installation, evaluator: Visitor
) -> None:
    confirm(evaluator, installation, ANNA, BO)
    path = f"/arbejdsrum/projekt/{installation.project_id}/invitationer"
    before = evaluator.get(path).text
    assert text("workspace.invitations.kind_list") in before
    merge = evaluator.client.get(f"{batch_path(installation)}/flettefil.csv").get_data(as_text=True)
    code = CODE.findall(merge)[0]
    visitor = installation.visitor()
    visitor.enter(code).answer_first(2)
    visitor.send()
    assert evaluator.get(path).text == before


def batch_path(installation: Installation) -> str:
    [batch] = installation.rows("invitation_batch")
    return f"/arbejdsrum/invitationer/{batch['id']}"


# ---- Documents ----


def test_no_page_ever_shows_a_code(installation: Installation, evaluator: Visitor) -> None:
    confirm(evaluator, installation, ANNA, BO)
    path = evaluator.path
    for page in (path, f"{path}/delt-ud", f"{path}/send", f"{path}/paamind",
                 f"/arbejdsrum/projekt/{installation.project_id}/invitationer"):  # fmt: skip
        assert CODE.findall(evaluator.get(page).html) == [], page


def test_the_merge_file_holds_codes_that_open_the_door_and_formulas_are_disarmed(
    installation: Installation, evaluator: Visitor
) -> None:
    confirm(evaluator, installation, "P1;house;borger;da;=HYPERLINK(1);+45 / @Vej;",
            "P2;house;borger;da;-1;;")  # fmt: skip
    page = evaluator.client.get(f"{evaluator.path}/flettefil.csv")
    lines = page.get_data().decode("utf-8-sig").splitlines()
    assert lines[0] == "Navn;Adresse;E-mail;Afdeling;Målgruppe;Sprog;Kode;Link;Webadresse;Svarfrist"
    rows = sorted(line.split(";") for line in lines[1:])
    assert [row[0] for row in rows] == ["'-1", "'=HYPERLINK(1)"]
    assert rows[1][1] == "'+45 / @Vej"
    assert installation.visitor().enter(rows[0][6]).path == "/om"
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Content-Disposition"] == "attachment; filename=flettefil.csv"


def test_the_file_for_digital_post_holds_the_projects_words_with_each_code(
    installation: Installation, evaluator: Visitor
) -> None:
    import csv

    confirm(evaluator, installation, ANNA)
    content = evaluator.client.get(f"{evaluator.path}/digital-post.csv").get_data()
    header, row = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert header == ["Navn", "Adresse", "Emne", "Besked"]
    assert row[:2] == ["Anna Æblegård", "Eksempelvej 1 / 8900 Randers C"]
    assert len(CODE.findall(row[3])) == 1
    assert "{" not in row[3]


@pytest.mark.parametrize("ends", ["handed out", "fourteen days", "closed"])
def test_documents_are_gone_once_handed_out_or_after_14_days_or_when_the_wave_closes(
    installation: Installation, evaluator: Visitor, ends: str
) -> None:
    confirm(evaluator, installation, ANNA)
    path = evaluator.path
    assert evaluator.get(f"{path}/breve.pdf").status == 200
    if ends == "handed out":
        evaluator.get(f"{path}/delt-ud").submit(f"{path}/delt-ud")
    elif ends == "fourteen days":
        installation.clock.today = TODAY + timedelta(days=13)
        assert evaluator.get(f"{path}/breve.pdf").status == 200
        installation.clock.today = TODAY + timedelta(days=14)
    else:
        installation.close_wave()
    for name in ("breve.pdf", "sedler.pdf", "flettefil.csv", "digital-post.csv"):
        evaluator.get(f"{path}/{name}")
        assert evaluator.status == 409, name
        assert evaluator.heading == text("error.documents_gone.heading")
    assert "breve.pdf" not in evaluator.get(path).html


def test_a_letter_names_the_projects_own_contacts_first(
    installation: Installation, evaluator: Visitor
) -> None:
    from pypdf import PdfReader

    from survey_service.storage import setup

    own = setup.ContactRecord("Husets vagt", "The house", "87 00 00 00", "Hele dagen.", "", None)
    with installation.context(), writing() as session:
        setup.set_contacts(session, installation.project_id, [own])
    confirm(evaluator, installation, ANNA)
    pdf = evaluator.client.get(f"{evaluator.path}/breve.pdf").get_data()
    words = " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())
    assert words.index("Husets vagt: 87 00 00 00. Hele dagen.") < words.index("70 201 201")


def test_letters_leave_nothing_on_disk_and_nothing_in_the_log(
    installation: Installation, evaluator: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    confirm(evaluator, installation, ANNA, BO)
    path = evaluator.path
    before = {file for file in installation.folder.rglob("*") if file.is_file()}
    codes = CODE.findall(evaluator.client.get(f"{path}/flettefil.csv").get_data(as_text=True))
    for name in ("breve.pdf", "sedler.pdf"):
        page = evaluator.client.get(f"{path}/{name}")
        assert page.get_data()[:5] == b"%PDF-"
        assert page.headers["Cache-Control"] == "no-store"
    assert {file for file in installation.folder.rglob("*") if file.is_file()} == before
    assert len(codes) == 2
    for secret in (*codes, "Anna", "example.org", "B-017"):
        assert secret not in caplog.text


def test_a_part_of_the_letters_that_is_not_there_is_not_found(
    installation: Installation, evaluator: Visitor
) -> None:
    confirm(evaluator, installation, ANNA)
    for part in ("0", "2", "-1", "x", "1000000"):
        assert evaluator.get(f"{batch_path(installation)}/breve.pdf?del={part}").status == 404


# ---- Open links ----


def test_an_open_link_is_shown_once_with_a_poster_and_can_be_closed(
    installation: Installation, evaluator: Visitor
) -> None:
    wave = installation.waves["baseline"]
    path = f"/arbejdsrum/maaling/{wave}/aabne-links"
    unit = installation.units["house"]
    evaluator.get(path).submit(path, unit=unit.hex, audience="citizen")
    found = re.search(r"<code>(http[^<]+/aaben/[^<]+)</code>", evaluator.html)
    assert found is not None
    link = found[1].removeprefix("http://localhost")
    fields = evaluator.form(f"/arbejdsrum/maaling/{wave}/plakat.pdf")
    pdf = evaluator.client.post(
        f"/arbejdsrum/maaling/{wave}/plakat.pdf", data=fields | {"language": "da"}
    )
    assert pdf.get_data()[:5] == b"%PDF-"
    assert "/aaben/" not in evaluator.get(path).html
    assert installation.visitor().get(link).path == "/om"
    close = f"{path}/{unit}/citizen/luk"
    evaluator.get(close).submit(close)
    assert installation.visitor().get(link).status == 404
    assert installation.rows("open_link") == []


def test_no_poster_is_made_of_an_address_that_is_no_link_of_the_wave(
    installation: Installation, evaluator: Visitor
) -> None:
    wave = installation.waves["baseline"]
    path = f"/arbejdsrum/maaling/{wave}/aabne-links"
    evaluator.get(path).submit(path, unit=installation.units["house"].hex, audience="citizen")
    poster = f"/arbejdsrum/maaling/{wave}/plakat.pdf"
    evaluator.submit(poster, token="opdigtet", language="da")
    assert evaluator.status == 404


# ---- The door of a letter ----


def token_of(installation: Installation, evaluator: Visitor, lines: tuple[str, ...]) -> list[str]:
    confirm(evaluator, installation, *lines)
    merge = evaluator.client.get(f"{evaluator.path}/flettefil.csv").get_data(as_text=True)
    return re.findall(r"/k#([\w-]{60})", merge)


def test_a_letters_address_opens_the_door_once_and_holds_no_code(
    installation: Installation, evaluator: Visitor
) -> None:
    [token] = token_of(installation, evaluator, (ANNA,))
    merge = evaluator.client.get(f"{batch_path(installation)}/flettefil.csv")
    [code] = CODE.findall(merge.get_data(as_text=True))
    assert code.replace("-", "") not in token
    visitor = installation.visitor()
    visitor.get("/k").submit("/k", token=token)
    assert visitor.path == "/om"
    assert visitor.get("/k").submit("/k", token=token).path == "/om"  # the same sitting goes on
    later = installation.visitor()
    later.get("/k").submit("/k", token=token)
    assert later.status == 400
    assert text("answer.letter.once") in later.text
    assert later.enter(code).path == "/om"


@pytest.mark.parametrize("state", ["made up", "empty", "closed", "sent"])
def test_every_letter_address_that_opens_nothing_looks_the_same(
    installation: Installation, evaluator: Visitor, state: str
) -> None:
    [token] = token_of(installation, evaluator, (ANNA,))
    visitor = installation.visitor()
    if state == "sent":
        visitor.get("/k").submit("/k", token=token)
        visitor.answer_first(2)
        visitor.send()
        visitor = installation.visitor()
    if state == "closed":
        installation.close_wave()
    typed = {"made up": "A" * 60, "empty": ""}.get(state, token)
    visitor.get("/k").submit("/k", token=typed)
    assert visitor.status == 400
    assert text("answer.letter.once") in visitor.text


def test_the_deadline_in_letters_is_the_waves_last_day(
    installation: Installation, evaluator: Visitor
) -> None:
    confirm(evaluator, installation, ANNA)
    merge = evaluator.client.get(f"{evaluator.path}/flettefil.csv").get_data(as_text=True)
    assert merge.rstrip().endswith(";1. april 2026")


def test_who_invites_is_told_when_letters_would_carry_an_address_nobody_set(
    installation: Installation, evaluator: Visitor
) -> None:
    page = f"/arbejdsrum/projekt/{installation.project_id}/invitationer"
    told = "kommer der til at stå http://localhost"
    assert told in evaluator.get(page).text
    settings = installation.app.extensions["survey_settings"]
    installation.app.extensions["survey_settings"] = replace(
        settings, public_address="https://svar.example"
    )
    assert told not in evaluator.get(page).text


def test_a_list_of_names_gives_letters_and_no_slips_without_names(
    installation: Installation, evaluator: Visitor
) -> None:
    confirm(evaluator, installation, ANNA, BO)
    assert "breve.pdf" in evaluator.html
    assert "sedler.pdf" not in evaluator.html
