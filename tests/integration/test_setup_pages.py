"""The pages on which a project is set up, from nothing to a wave that can open."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from builders import Installation, Visitor, instrument_of

from survey_service.accounts.sign_in import Role, add_user
from survey_service.fieldwork import project_setup
from survey_service.fieldwork.municipalities import add_municipality
from survey_service.measurement.instrument import Block
from survey_service.storage import accounts, projects, setup
from survey_service.storage.database import reading, writing
from survey_service.storage.tables import AccountUnit
from survey_service.texts import load_texts
from survey_service.web.language import TEXTS
from survey_service.web.workspace.setup import basics_pages

Build = Callable[..., Installation]
PASSWORD = "en lang adgangskode"
ROOM = "opsaetning"
STEPS = ("projekt", "afdelinger", "maalinger", "spoergeskemaer", "population", "sammenligning",
         "oplysning", "kontakter", "oversigt")  # fmt: skip


def sign_in(
    installation: Installation, role: Role = Role.EVALUATOR, municipality: str | None = "own"
) -> Visitor:
    """Somebody of the installation's municipality, of another, or (None) of all."""
    name = f"{role}-{municipality}@kommune.example"
    with installation.context():
        of = installation.municipality_id if municipality == "own" else None
        if municipality == "other":
            of = add_municipality("Herning Kommune")
        add_user(name, PASSWORD, role, of)
    visitor = installation.visitor().get("/arbejdsrum/log-ind")
    return visitor.submit("/arbejdsrum/log-ind", name=name, password=PASSWORD)


def room(installation: Installation, *place: object) -> str:
    return "/".join(["/arbejdsrum/projekt", str(installation.project_id), ROOM, *map(str, place)])


def fill_in(visitor: Visitor, **typed: str) -> Visitor:
    """Send the form of the page the visitor is on, with what its fields hold unless typed."""
    held: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", visitor.html):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in found and found.get("type") not in {"checkbox", "file"}:
            held[found["name"]] = found.get("value", "")
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>',
                                    visitor.html, re.DOTALL):  # fmt: skip
        chosen = re.search(r'value="([^"]*)" selected', options)
        held[name] = chosen[1] if chosen else ""
    pattern = r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>'
    held |= dict(re.findall(pattern, visitor.html, re.DOTALL))
    for outside in ("language", "next", "size", "spacing", "contrast"):
        held.pop(outside, None)
    return visitor.post(visitor.path, **(held | typed))


def settings(installation: Installation) -> dict[str, list[tuple[object, ...]]]:
    """What is stored, but for the log of what was tried."""
    return {name: rows for name, rows in installation.contents().items() if name != "audit_entry"}


@pytest.fixture
def evaluator(build: Build) -> tuple[Installation, Visitor]:
    """An evaluator of the municipality, before any wave has opened."""
    installation = build(open_first=False)
    return installation, sign_in(installation)


def test_a_project_is_set_up_from_nothing_to_a_wave_that_can_open(build: Build) -> None:
    installation = build(open_first=False)
    visitor = sign_in(installation, Role.ADMINISTRATOR, None)
    visitor.get("/arbejdsrum/kommuner")
    fill_in(visitor, name="Aarhus Kommune")
    visitor.get("/arbejdsrum/projekt/nyt")
    with installation.context():
        aarhus = projects.find_municipality(reading(), "aarhus-kommune")
    fill_in(visitor, title="Vores mål", municipality=str(aarhus))
    assert visitor.heading == "Opsætning"
    home = visitor.path
    fill_in(visitor.get(f"{home}/projekt"))
    assert visitor.path == f"{home}/afdelinger"
    fill_in(visitor, name="Center")
    visitor.get(f"{home}/afdelinger/liste")
    fill_in(visitor, text="navn;overordnet\nHus Øst;Center\nHus Vest;Center")
    assert "2 nye afdelinger:" in visitor.text
    fill_in(visitor, confirm="1")
    assert "Hus Øst" in visitor.text
    fill_in(visitor.get(f"{home}/maalinger"))  # three waves are suggested
    assert visitor.path == f"{home}/spoergeskemaer"
    selects = re.findall(r'name="(instrument_\w+_citizen)"', visitor.html)
    assert len(selects) == 3
    fill_in(visitor, **dict.fromkeys(selects, "citizen/1"))
    first = re.findall(rf'href="({home}/population/[^"]+)"', visitor.html)[0]
    visitor.get(first)
    [east, *_] = re.findall(r'name="(people_\w+_citizen)"[^>]*aria-label="Borgere, Hus Øst"',
                            visitor.html)  # fmt: skip
    fill_in(visitor, **{east: "120"})
    assert "120" in visitor.get(f"{home}/population").text
    fill_in(visitor.get(f"{home}/sammenligning"))
    assert visitor.path == f"{home}/oplysning"
    fill_in(visitor.get(f"{home}/oplysning/citizen"), act="save")
    fill_in(visitor.get(f"{home}/kontakter"), checked_on_1="2026-03-01", checked_on_2="2026-03-02")
    assert visitor.path == f"{home}/oversigt"
    assert "Baseline kan åbne" in visitor.text
    assert "Det bør du også gøre først" not in visitor.text
    visitor.get(home)
    assert "8 af 8 trin er klar." in visitor.text


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_page_says_what_it_is_for(
    evaluator: tuple[Installation, Visitor], language: str
) -> None:
    installation, visitor = evaluator
    if language == "en":
        visitor.submit("/sprog")
    places: list[tuple[object, ...]] = [(), *((step,) for step in STEPS)]
    places += [("afdelinger", "liste"), ("afdelinger", installation.units["house"]),
               ("afdelinger", installation.units["house"], "ny"),
               ("population", installation.waves["final"]), ("oplysning", "relative")]  # fmt: skip
    for place in places:
        visitor.get(room(installation, *place))
        assert (visitor.status, 'class="purpose"' in visitor.html) == (200, True), place
        assert f'lang="{language}"' in visitor.html


# ---- Bad input ----


def test_faults_are_shown_at_their_fields_and_what_was_typed_stays(
    evaluator: tuple[Installation, Visitor],
) -> None:
    installation, visitor = evaluator
    visitor.get(room(installation, "maalinger"))
    fill_in(visitor, opens_on_1="2026-05-01", closes_on_1="2026-04-01", label_da_1="Før")
    assert visitor.status == 400
    assert 'value="Før"' in visitor.html
    assert 'value="2026-05-01"' in visitor.html
    assert 'href="#closes_on_1"' in visitor.html
    assert "Den sidste dag ligger før den første." in visitor.text


def test_the_steps_are_counted_alike_everywhere(evaluator: tuple[Installation, Visitor]) -> None:
    installation, visitor = evaluator
    assert "af 8 trin er klar" in visitor.get(room(installation)).text
    for number, step in enumerate(STEPS[:-1], start=1):
        assert f"Trin {number} af 8" in visitor.get(room(installation, step)).text
    assert "Efter de 8 trin" in visitor.get(room(installation, STEPS[-1])).text


def test_the_list_of_faults_names_each_field_and_leads_to_it(
    evaluator: tuple[Installation, Visitor],
) -> None:
    installation, visitor = evaluator
    visitor.get(room(installation, "maalinger"))
    fill_in(visitor, closes_on_1="", opens_on_2="i morgen")
    summary, rest = visitor.html.split("<h1", 1)
    for field, name in (("closes_on_1", "baseline, Sidste dag"), ("opens_on_2", "final, Første")):
        assert re.search(rf'<a href="#{field}">{name}[^<]*: ', summary)
        assert rest.count(f'id="{field}"') == 1


def test_a_small_cell_is_refused_with_the_unit_to_count_it_at(
    evaluator: tuple[Installation, Visitor],
) -> None:
    installation, visitor = evaluator
    visitor.get(room(installation, "population", installation.waves["final"]))
    field = f"people_{installation.units['house'].hex}_staff"
    fill_in(visitor, **{field: "4"})
    assert visitor.status == 400
    assert "Psykiatriens Hus har færre end 5. Tæl dem med ved Center for Psykiatri." in visitor.text
    assert installation.rows("roster_cell") == []


def post_list(visitor: Visitor, path: str, content: bytes) -> Visitor:
    """Send a file as a browser does."""
    token = visitor.get(path).form(path)["csrf_token"]
    fields = {"csrf_token": token, "file": (BytesIO(content), "liste.csv")}
    visitor.page = visitor.client.post(path, data=fields, content_type="multipart/form-data")
    return visitor


def test_a_file_from_a_danish_spreadsheet_is_read_and_can_be_confirmed(
    evaluator: tuple[Installation, Visitor],
) -> None:
    installation, visitor = evaluator
    path = room(installation, "afdelinger", "liste")
    post_list(visitor, path, "Navn;Hører under\r\nStøttecentre;Botilbud\r\n".encode("cp1252"))
    assert "1 ny afdeling: Støttecentre" in visitor.text
    assert len(installation.rows("unit")) == 3
    fill_in(visitor, confirm="1")
    assert "Støttecentre" in visitor.text


def test_a_list_with_faults_tells_each_with_its_line_and_stores_nothing(
    evaluator: tuple[Installation, Visitor],
) -> None:
    installation, visitor = evaluator
    content = b"navn;overordnet\nA;B\nB;A\nC;ingen\n"
    post_list(visitor, room(installation, "afdelinger", "liste"), content)
    assert visitor.status == 400
    assert "Linje 2: A ville komme til at ligge under sig selv." in visitor.text
    assert "Linje 4: Der er ingen afdeling, der hedder ingen, at ligge under." in visitor.text
    assert "B;A" in visitor.html
    assert len(installation.rows("unit")) == 3


def test_fifty_megabytes_are_refused_kindly(evaluator: tuple[Installation, Visitor]) -> None:
    installation, visitor = evaluator
    path = room(installation, "afdelinger", "liste")
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body = part + b"A;B;C;D;E\n" * 5_000_000 + b"\r\n--x--\r\n"
    form = "multipart/form-data; boundary=x"
    visitor.page = visitor.client.post(path, data=body, content_type=form)
    assert visitor.status == 413
    assert "Filen er for stor. Den må højst fylde 4 MB." in visitor.text
    assert visitor.heading == "Hent afdelinger fra en liste"


def test_five_thousand_units_fit_through_the_page(evaluator: tuple[Installation, Visitor]) -> None:
    installation, visitor = evaluator
    lines = ["navn;overordnet", *(f"Afdeling nummer {number};Botilbud" for number in range(5_000))]
    post_list(visitor, room(installation, "afdelinger", "liste"), "\n".join(lines).encode())
    assert "5000 nye afdelinger:" in visitor.text


def test_names_with_markup_are_shown_as_they_were_typed(
    evaluator: tuple[Installation, Visitor],
) -> None:
    installation, visitor = evaluator
    fill_in(visitor.get(room(installation, "afdelinger")), name="<b>=1+1</b>")
    assert "&lt;b&gt;=1+1&lt;/b&gt;" in visitor.html


# ---- What is fixed ----


def test_what_is_fixed_is_shown_as_text_with_the_reason(build: Build) -> None:
    installation = build()
    visitor = sign_in(installation)
    for place, name in (
        (("projekt",), "locked_framework"), (("projekt",), "locked_free_text"),
        (("maalinger",), "locked_opens"), (("spoergeskemaer",), "locked_instrument"),
        (("afdelinger", installation.units["home"]), "locked_unit"),
    ):  # fmt: skip
        visitor.get(room(installation, *place))
        assert load_texts(TEXTS)[f"workspace.setup.{name}"].read_in("da") in visitor.text, name
    visitor.get(room(installation, "sammenligning"))
    assert "Det ligger fast siden den 4. marts 2026" in visitor.text
    assert 'name="margin"' not in visitor.html


def test_a_form_from_before_the_first_wave_opened_changes_nothing_fixed(build: Build) -> None:
    installation = build(open_first=False)
    visitor = sign_in(installation)
    path = room(installation, "sammenligning")
    token = visitor.get(path).form(path)["csrf_token"]
    installation.open_wave()
    visitor.post(path, csrf_token=token, margin="9", minimum="9")
    assert visitor.status == 400
    [project] = installation.rows("project")
    assert (project["margin"], project["minimum"]) == (5.0, 5)


# ---- Whose it is ----


def addresses(installation: Installation) -> list[str]:
    """Every page and form of one project's set-up."""
    unit, wave = installation.units["house"], installation.waves["final"]
    places: list[tuple[object, ...]] = [(), *((step,) for step in STEPS)]
    places += [("afdelinger", "liste"), ("afdelinger", unit), ("afdelinger", unit, "ny"),
               ("afdelinger", unit, "fjern"), ("maalinger", wave, "fjern"), ("population", wave),
               ("population", wave, "liste"), ("population", wave, "kopier"),
               ("oplysning", "citizen"),
               ("spoergeskemaer", "citizen", "1")]  # fmt: skip
    return [room(installation, *place) for place in places]


def test_no_address_of_the_set_up_is_left_out_here(installation: Installation) -> None:
    app = installation.app
    found = {rule.endpoint for rule in app.url_map.iter_rules()
             if rule.endpoint.startswith("workspace.setup")}  # fmt: skip
    with app.test_request_context():
        adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
        met = set()
        for address in addresses(installation):
            for method in ("GET", "POST"):
                if adapter.allowed_methods(address) and method in adapter.allowed_methods(address):
                    met.add(adapter.match(address, method=method)[0])
    assert met == found


def test_another_municipality_finds_nothing_and_changes_nothing(build: Build) -> None:
    installation = build(open_first=False)
    stranger = sign_in(installation, municipality="other")
    token = stranger.get("/arbejdsrum/projekt/nyt").form("/arbejdsrum/projekt/nyt")["csrf_token"]
    before = settings(installation)
    for address in addresses(installation):
        for method in ("GET", "POST"):
            fields = {"csrf_token": token} if method == "POST" else None
            answer = stranger.client.open(address, method=method, data=fields)
            assert answer.status_code in {404, 405}, (method, address)
            assert "Psykiatriens Hus" not in answer.get_data(as_text=True)
    assert settings(installation) == before


def test_a_waves_days_are_called_planned_until_they_have_happened(
    evaluator: tuple[Installation, Visitor],
) -> None:
    installation, visitor = evaluator
    project = f"/arbejdsrum/projekt/{installation.project_id}"

    def assert_told(words: str) -> None:
        for address in (project, f"{project}/{ROOM}/oversigt"):
            assert words in visitor.get(address).text, address
            assert "Planlagt fra 4. marts 2026 til 1. april 2026" in visitor.text, address

    installation.clock.today = date(2026, 3, 10)
    installation.open_wave()
    assert_told("Åben siden 10. marts 2026, planlagt til 1. april 2026")
    installation.clock.today = date(2026, 3, 20)
    installation.close_wave()
    assert_told("Var åben fra 10. marts 2026 til 20. marts 2026")
    assert "planlagt til" not in visitor.text


def test_an_imported_wave_was_answered_and_is_fixed_because_it_was_imported(
    evaluator: tuple[Installation, Visitor],
) -> None:
    installation, visitor = evaluator
    with installation.context(), writing() as session:
        setup.update_wave(session, installation.waves["baseline"], status="closed",
                          origin="imported", opens_on=date(2020, 9, 1),
                          closes_on=date(2020, 9, 30))  # fmt: skip
    visitor.get(f"/arbejdsrum/projekt/{installation.project_id}")
    assert "Besvaret fra 1. september 2020 til 30. september 2020" in visitor.text
    for page in ("maalinger", "spoergeskemaer"):
        visitor.get(room(installation, page))
        assert "Ligger fast, fordi målingen er importeret." in visitor.text
        assert "har været åben" not in visitor.text
        assert "er lukket" not in visitor.text


def test_a_wave_or_a_unit_of_another_municipality_is_not_found_through_ones_own_project(
    build: Build,
) -> None:
    installation = build(open_first=False)
    visitor = sign_in(installation)
    with installation.context():
        elsewhere = add_municipality("Herning Kommune")
        project_id = project_setup.create_project(
            installation.keys, elsewhere, "Andet", "recovery-2023", installation.clock.today
        )
        with writing() as session:
            unit_id = projects.add_unit(session, elsewhere, "hus", "Herning Hus")
            wave_id = projects.add_wave(
                session, project_id=project_id, key="baseline", position=1, label_da="B",
                label_en="B", opens_on=installation.clock.today,
                closes_on=installation.clock.today,
            )  # fmt: skip
    for place in (("afdelinger", unit_id), ("afdelinger", unit_id, "fjern"),
                  ("afdelinger", unit_id, "ny"), ("maalinger", wave_id, "fjern"),
                  ("population", wave_id)):  # fmt: skip
        assert visitor.get(room(installation, *place)).status == 404, place
    fill_in(visitor.get("/arbejdsrum/projekt/nyt"), title="Mit", municipality=str(elsewhere))
    with installation.context():
        own = projects.find_projects(reading(), installation.municipality_id)
    assert "Mit" in {project.title for project in own}


@pytest.mark.parametrize("role", [Role.UNIT_LEADER, Role.VIEWER, Role.CASE_REVIEWER])
def test_who_only_reads_sets_nothing_up(build: Build, role: Role) -> None:
    installation = build(open_first=False)
    reader = sign_in(installation, role)
    for address in addresses(installation):
        method = "POST" if address.endswith(("population", "kopier")) else "GET"
        assert reader.client.open(address, method=method).status_code in {403, 405}, address


def test_who_is_limited_to_some_units_does_not_set_up_for_all(build: Build) -> None:
    installation = build(open_first=False)
    visitor = sign_in(installation)
    with installation.context(), writing() as session:
        account = accounts.find_account_by_name(session, "evaluator-own@kommune.example")
        assert account is not None
        session.add(AccountUnit(account_id=account.id, unit_id=installation.units["house"]))
    assert visitor.get(room(installation)).status == 403


def test_an_administrator_of_one_municipality_sees_that_one_alone(build: Build) -> None:
    installation = build(open_first=False)
    visitor = sign_in(installation, Role.ADMINISTRATOR)
    with installation.context():
        elsewhere = add_municipality("Herning Kommune")
    visitor.get("/arbejdsrum/kommuner")
    assert "Randers Kommune" in visitor.text
    assert "Herning" not in visitor.text
    assert visitor.get(f"/arbejdsrum/kommuner/{elsewhere}").status == 404
    path = f"/arbejdsrum/kommuner/{installation.municipality_id}"
    fill_in(visitor.get(path), name="Randers")
    assert "Randers" in visitor.text
    fields = {"csrf_token": visitor.get(path).form(path)["csrf_token"], "name": "Ny"}
    assert visitor.post("/arbejdsrum/kommuner", **fields).status == 403


def test_a_posted_form_without_its_token_changes_nothing(
    evaluator: tuple[Installation, Visitor],
) -> None:
    installation, visitor = evaluator
    before = settings(installation)
    for address in addresses(installation):
        page = visitor.client.post(address, data={"name": "X", "title": "X"})
        assert page.status_code in {400, 405}, address
    assert settings(installation) == before


def test_without_a_municipality_one_is_led_to_making_it(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = build(open_first=False)
    monkeypatch.setattr(basics_pages, "list_municipalities", list)
    of_all = sign_in(installation, Role.ADMINISTRATOR, None).get("/arbejdsrum/projekt/nyt")
    assert 'href="/arbejdsrum/kommuner">Opret kommune</a>' in of_all.html
    of_one = sign_in(installation).get("/arbejdsrum/projekt/nyt")
    assert "Bed en administrator om at oprette kommunen først." in of_one.text


def test_a_questionnaire_can_be_read_with_every_question_and_option_before_it_is_chosen(
    evaluator: tuple[Installation, Visitor],
) -> None:
    installation, visitor = evaluator
    visitor.get(room(installation, "spoergeskemaer"))
    assert f'href="{room(installation, "spoergeskemaer", "citizen", 1)}"' in visitor.html
    visitor.get(room(installation, "spoergeskemaer", "citizen", 1))
    assert visitor.heading == "Din mening om støtten"
    position = 0
    for item in instrument_of("citizen").items:
        if item.block is Block.FREE_TEXT:
            continue
        position = visitor.text.index(item.wording.read_in("da"), position)
        for option in item.answer_options:
            position = visitor.text.index(option.wording.read_in("da"), position)
        position = visitor.text.index("Ved ikke", position)
    assert visitor.get(room(installation, "spoergeskemaer", "citizen", 99)).status == 404


def test_what_is_written_in_ones_own_words_is_shown_only_where_it_is_asked(
    evaluator: tuple[Installation, Visitor],
) -> None:
    installation, visitor = evaluator
    address = room(installation, "spoergeskemaer", "citizen", 1)
    assert "Her svarer man med egne ord." not in visitor.get(address).text
    visitor.get(room(installation, "projekt"))
    fill_in(visitor, offers_free_text="y")
    assert "Her svarer man med egne ord." in visitor.get(address).text
