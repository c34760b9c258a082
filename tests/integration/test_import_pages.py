"""The room of earlier waves in a browser without script: file, four steps, and the way back."""

import io
import re
import time

import pytest
from builders import Installation, Visitor, count_queries

from survey_service.accounts.sign_in import Role, add_user
from survey_service.fieldwork import importing
from survey_service.reporting.releasing import prepare_release
from survey_service.storage import projects
from survey_service.storage.database import writing

PASSWORD = "fire grønne hatte"
HEADER = "nr;afdeling;målgruppe;hopes_asked;hopes_goals;hopes_given"
LINES = (HEADER, *(f"b-{number};Botilbud;Borger;{1 + number % 5};4;3" for number in range(6)))
WAVE = {"label_da": "Baseline 2020", "label_en": "", "opens_on": "2020-09-01",
        "closes_on": "2020-09-30", "framework": "recovery-2020", "audience": ""}  # fmt: skip


def sign_in(installation: Installation, role: Role = Role.EVALUATOR, **of: object) -> Visitor:
    name = f"{role}@kommune.example"
    municipality = of.get("municipality_id", installation.municipality_id)
    with installation.context():
        add_user(name, PASSWORD, role, municipality)
    visitor = installation.visitor()
    visitor.get("/arbejdsrum/log-ind")
    return visitor.submit("/arbejdsrum/log-ind", name=name, password=PASSWORD)


@pytest.fixture
def evaluator(installation: Installation) -> Visitor:
    return sign_in(installation)


def room(installation: Installation) -> str:
    return f"/arbejdsrum/projekt/{installation.project_id}/tidligere-maalinger"


def token(visitor: Visitor) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', visitor.html)
    assert found is not None
    return found[1]


def send_file(visitor, installation, lines=LINES, kind="responses", name="maaling.csv"):
    visitor.get(room(installation))
    content = lines if isinstance(lines, bytes) else "\r\n".join(lines).encode("cp1252")
    data = {"csrf_token": token(visitor), "kind": kind, "file": (io.BytesIO(content), name)}
    visitor.page = visitor.client.post(room(installation), data=data, follow_redirects=True)
    return visitor


SELECT = re.compile(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
SELECTED = re.compile(r'<option value="([^"]*)" selected')
TYPED = re.compile(r'<input class="form-input"[^>]* name="([^"]+)" type="[^"]+" value="([^"]*)"')


def fill(visitor: Visitor, **fields: str) -> Visitor:
    """Send the page's form with what is chosen on it already, and these."""
    chosen = {name: (SELECTED.findall(options) or [""])[0] for name, options in
              SELECT.findall(visitor.html)}  # fmt: skip
    typed = dict(TYPED.findall(visitor.html))
    return visitor.post(visitor.path, csrf_token=token(visitor), **(chosen | typed | fields))


def go_through(visitor: Visitor, installation: Installation, lines=LINES, **wave: str) -> Visitor:
    """Come to the dry run with everything as it is suggested."""
    send_file(visitor, installation, lines)
    fill(visitor, **(WAVE | wave))
    return fill(fill(visitor))


def test_the_room_says_what_it_is_for_and_what_to_do_first(evaluator, installation):
    evaluator.get(room(installation))
    assert evaluator.heading == "Tidligere målinger"
    assert "Der er ingen tidligere målinger i projektet endnu." in evaluator.text
    assert '<a class="nav-link" href="' + room(installation) + '" aria-current="page">' in (
        evaluator.html
    )


def test_a_file_is_taken_through_four_steps_and_becomes_a_wave(evaluator, installation):
    send_file(evaluator, installation)
    assert evaluator.heading == "Hvilken måling er det?"
    assert "Filen er genkendt som semikolon, Windows-1252." in evaluator.text
    fill(evaluator, **WAVE)
    assert evaluator.heading == "Hvad står der i kolonnerne?"
    fill(evaluator)
    assert evaluator.heading == "Hvad betyder værdierne?"
    fill(evaluator)
    assert evaluator.heading == "Prøve"
    assert "6 svar kan importeres fra 6 linjer." in evaluator.text
    fill(evaluator)
    assert evaluator.heading == "Tidligere målinger"
    assert "Målingen Baseline 2020 er importeret." in evaluator.text
    assert "6 svar" in evaluator.text
    assert len(installation.rows("response")) == 6


def test_the_crosswalk_is_shown_with_what_it_means_for_the_trend(evaluator, installation):
    send_file(evaluator, installation)
    fill(evaluator, **WAVE)
    text = evaluator.text
    assert "Indsatsen sker i et samarbejde mellem borger samt myndighed og tilbud" in text
    assert "Princippet fandtes ikke i 2020. Det nærmeste var samarbejde" in text
    assert text.count("Nej, ordlyden er ændret") == 3


def test_in_the_projects_own_wording_there_is_no_crosswalk_to_read(evaluator, installation):
    send_file(evaluator, installation)
    fill(evaluator, **(WAVE | {"framework": "recovery-2023"}))
    assert "Sådan hænger ordlyden sammen" not in evaluator.text


def test_what_was_chosen_is_there_again_after_leaving(evaluator, installation):
    send_file(evaluator, installation)
    fill(evaluator, **(WAVE | {"closes_on": "2020-08-01"}))
    assert evaluator.status == 400
    assert "Sidste dag ligger før første dag." in evaluator.text
    evaluator.get(room(installation))
    path = re.search(r'href="([^"]+/maaling)"', evaluator.html)
    assert path is not None
    evaluator.get(path[1])
    assert 'value="Baseline 2020"' in evaluator.html
    assert '<option value="recovery-2020" selected>' in evaluator.html


def test_a_column_that_is_missing_is_told_at_its_step(evaluator, installation):
    send_file(evaluator, installation)
    fill(evaluator, **WAVE)
    fill(evaluator, **{"column-1": ""})
    assert evaluator.status == 400
    assert "Vælg den kolonne, afdelingen står i." in evaluator.text


def test_the_dry_run_shows_every_fault_with_its_lines_and_imports_nothing(evaluator, installation):
    faulty = (*LINES, "b-1;Botilbud;Borger;4;4;4", "b-8;Kantinen;Borger;4;4;4",
              "b-9;Kantinen;Borger;4;4;4")  # fmt: skip
    go_through(evaluator, installation, faulty)
    assert "Linjer med fejl: 3" in evaluator.text
    assert "Vi kender ikke afdelingen »Kantinen«. afdeling 9, 10" in evaluator.text
    assert "Referencen står der to gange i samme målgruppe. Første gang er linje 3." in (
        evaluator.text
    )
    fill(evaluator)
    assert evaluator.status == 400
    assert "Der er linjer med fejl (3). Ret dem, eller vælg at udelade dem." in evaluator.text
    assert installation.rows("response") == []


def test_faulty_lines_can_be_left_out_and_the_room_says_how_many(evaluator, installation):
    go_through(evaluator, installation, (*LINES, "b-8;Kantinen;Borger;4;4;4"))
    fill(evaluator, leave_out="y")
    assert "Udeladt på grund af fejl Linjer: 1" in evaluator.text


def test_a_word_gets_the_meaning_the_evaluator_chooses(evaluator, installation):
    send_file(evaluator, installation, (*LINES, "b-8;Kantinen;Borger;4;4;4"))
    fill(evaluator, **WAVE)
    fill(evaluator)
    name = re.search(r'<label for="(value-\d+-\d+)">Kantinen</label>', evaluator.html)
    assert name is not None
    fill(evaluator, **{name[1]: "house"})
    assert "7 svar kan importeres fra 7 linjer." in evaluator.text


def test_few_answers_are_not_shown_once_the_wave_is_imported(evaluator, installation):
    go_through(evaluator, installation, LINES[:5])
    assert "4 svar kan importeres" in evaluator.text
    fill(evaluator)
    assert "Borgere – svar" in evaluator.text
    assert "4 svar" not in evaluator.text


def test_a_large_import_goes_on_in_the_background(evaluator, installation, monkeypatch):
    monkeypatch.setattr("survey_service.web.workspace.import_steps.STORED_AT_ONCE", 3)
    go_through(evaluator, installation)
    fill(evaluator)
    assert evaluator.heading == "Målingen hentes ind"
    path = evaluator.path
    for _ in range(100):
        if "Målingen er importeret med 6 svar." in evaluator.get(path).text:
            break
        time.sleep(0.05)
    assert "Målingen er importeret med 6 svar." in evaluator.text
    assert "Se tidligere målinger" in evaluator.text


# --- bad input ----------------------------------------------------------------------------------


def test_a_csv_of_50_mb_gets_a_calm_page_that_says_what_to_do(evaluator, installation):
    evaluator.get(room(installation))
    body = b"--x\r\n" + b"1;2\r\n" * 100  # the rest is on its way: its length alone is enough
    evaluator.page = evaluator.client.post(
        room(installation),
        input_stream=io.BytesIO(body),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(50 * 1024 * 1024)},
    )
    assert evaluator.status == 413
    assert evaluator.heading == "Tidligere målinger"
    assert "Filen er for stor. Den må højst fylde 20 MB." in evaluator.text
    assert installation.rows("upload") == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Vælg en fil."),
        (b"a;b\n\x00;2", "Filen kan ikke læses som tekst."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Filen er i det gamle Excel-format."),
        (b"PK\x03\x04 not a zip", "Filen er beskadiget og kan ikke åbnes."),
    ],
)
def test_a_file_that_cannot_be_used_is_told_at_the_form(evaluator, installation, content, told):
    send_file(evaluator, installation, content, name="x.csv" if content else "")
    assert evaluator.status == 400
    assert told in evaluator.text


def test_a_form_without_its_token_takes_no_file(evaluator, installation):
    data = {"kind": "responses", "file": (io.BytesIO(b"a;b\n1;2"), "x.csv")}
    evaluator.page = evaluator.client.post(room(installation), data=data)
    assert evaluator.status == 400
    assert installation.rows("upload") == []


def test_other_pages_keep_their_small_limit(evaluator):
    evaluator.page = evaluator.client.post("/arbejdsrum/log-ind", data={"x": "y" * 300_000})
    assert evaluator.status == 413


def test_an_uploaded_file_is_not_written_to_the_disk_on_its_way(
    evaluator, installation, monkeypatch
):
    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a temporary file was opened")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    monkeypatch.setattr("tempfile.SpooledTemporaryFile", refuse)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse)
    padding = tuple(f"x-{number};Botilbud;Borger;;;{' ' * 100}" for number in range(8000))
    send_file(evaluator, installation, (*LINES, *padding))
    assert evaluator.heading == "Hvilken måling er det?"


# --- whose it is, and taking it back ------------------------------------------------------------


def steps(installation: Installation, visitor: Visitor) -> list[str]:
    send_file(visitor, installation)
    upload = visitor.path.rsplit("/", 1)[0]
    return [room(installation), *(f"{upload}/{step}" for step in
            ("maaling", "kolonner", "vaerdier", "proeve", "glem"))]  # fmt: skip


def test_another_municipality_sees_none_of_it(evaluator, installation):
    addresses = steps(installation, evaluator)
    with installation.context(), writing() as session:
        other = projects.add_municipality(session, "herning", "Herning Kommune")
    stranger = sign_in(installation, Role.ADMINISTRATOR, municipality_id=other)
    for address in addresses:
        assert stranger.get(address).status == 404, address
        stranger.get("/arbejdsrum/")
        assert stranger.post(address, csrf_token=token(stranger)).status == 404, address


@pytest.mark.parametrize("role", [Role.VIEWER, Role.UNIT_LEADER, Role.CASE_REVIEWER])
def test_other_roles_may_not_come_in(evaluator, installation, role):
    addresses = steps(installation, evaluator)
    visitor = sign_in(installation, role)
    assert {visitor.get(address).status for address in addresses} == {403}


def test_a_file_is_forgotten_after_asking(evaluator, installation):
    address = steps(installation, evaluator)[-1]
    evaluator.get(address)
    assert evaluator.heading == "Vil du glemme filen maaling.csv?"
    assert len(installation.rows("upload")) == 1
    evaluator.submit(address)
    assert installation.rows("upload") == []


def test_an_import_is_taken_back_after_naming_what_is_lost(evaluator, installation):
    fill(go_through(evaluator, installation))
    path = re.search(r'href="([^"]+/tag-tilbage)"', evaluator.html)
    assert path is not None
    evaluator.get(path[1])
    assert evaluator.heading == "Vil du tage importen af Baseline 2020 tilbage?"
    assert "Alle målingens svar og scorer bliver slettet. Borgere: 6" in evaluator.text
    assert len(installation.rows("response")) == 6
    evaluator.submit(path[1])
    assert installation.rows("response") == []
    assert "Der er ingen tidligere målinger i projektet endnu." in evaluator.text


def test_an_import_in_a_release_says_why_it_stays(
    evaluator, installation, monkeypatch: pytest.MonkeyPatch
):
    fill(go_through(evaluator, installation))
    path = re.search(r'href="([^"]+/tag-tilbage)"', evaluator.html)
    assert path is not None
    monkeypatch.setattr(importing.storage, "find_releases_holding", lambda *_: [2])
    evaluator.get(path[1])
    assert evaluator.path == room(installation)
    assert "Målingen indgår i udgivelse nr. 2, så importen kan ikke tages tilbage." in (
        evaluator.text
    )
    assert "tag-tilbage" not in evaluator.html


def test_nothing_of_a_file_reaches_the_log(evaluator, installation, caplog):
    with caplog.at_level("DEBUG"):
        go_through(evaluator, installation, (*LINES, "010203-1234;Kantinen;Borger;4;4;4"))
    for secret in ("010203", "Kantinen", "b-1"):
        assert secret not in caplog.text


def test_the_room_asks_the_database_no_more_the_more_answers_there_are(evaluator, installation):
    fill(go_through(evaluator, installation))
    few = count_queries(installation.app, lambda: evaluator.get(room(installation)))
    lines = (*LINES, *(f"c-{number};home;Borger;4;4;4" for number in range(300)))
    later = {"label_da": "Anden", "opens_on": "2021-09-01", "closes_on": "2021-09-30"}
    fill(go_through(evaluator, installation, lines, **later))
    many = count_queries(installation.app, lambda: evaluator.get(room(installation)))
    # One more wave: its counts and the releases that hold it.
    assert len(many) - len(few) <= 3
    for statement in many:
        assert not re.search(r"\bFROM (response|answer|score)\b", statement), statement


def test_the_results_say_where_the_wording_changed_and_why(evaluator, installation):
    principles = ("hopes", "resources", "network", "respect", "early", "coordination", "followup",
                  "evidence")  # fmt: skip
    for year, framework in ((2020, "recovery-2020"), (2021, "recovery-2023")):
        lines = [";".join(["nr", "afdeling", *principles])]
        lines += [
            ";".join([f"b-{n}", ("home", "house")[n % 2],
                      *(str(30 + (n * 7 + place * 3) % 40) for place in range(8))])
            for n in range(12)
        ]  # fmt: skip
        send_file(evaluator, installation, tuple(lines), "scores")
        fill(evaluator, label_da=f"Måling {year}", opens_on=f"{year}-09-01", audience="citizen",
             closes_on=f"{year}-09-30", framework=framework)  # fmt: skip
        fill(fill(fill(evaluator)))
        assert f"Målingen Måling {year} er importeret." in evaluator.text
    with installation.context():
        prepare_release(installation.project_id, installation.clock.today)
    evaluator.get(f"/arbejdsrum/projekt/{installation.project_id}/resultater")
    text = evaluator.text
    assert "// Ordlyden er ændret, så målingerne kan ikke sammenlignes" in text
    assert (
        "Måling 2020 spurgte i en anden ordlyd, »Indsatsen sker i et samarbejde mellem borger samt"
        " myndighed og tilbud«. Princippet fandtes ikke i 2020."
    ) in text
    assert "Ordlyden er ændret: Netværk og fællesskaber; Åbenhed og respekt; Viden og metoder." in (
        text
    )
    row = re.search(r"Netværk og fællesskaber</th>(.*?)</tr>", evaluator.html, re.DOTALL)
    assert row is not None
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", row[1])
    assert (cells[0], cells[2], cells[3]) == ("–", "–", "–")
    assert cells[1] != "–"
