"""What an administrator types is text wherever it is shown: no script, attribute or template."""

from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from accounts_builder import NAME, add_person, enter
from builders import Installation, Visitor, build_installation, instrument_of
from defusedxml import ElementTree as defused  # noqa: N813 - its own XML reader
from pypdf import PdfReader

from survey_service.accounts.roles import Role
from survey_service.fieldwork.kiosk import pair_tablet
from survey_service.fieldwork.recording import GatheredResponse, record_responses
from survey_service.reporting.releasing import release_project
from survey_service.storage import tables
from survey_service.storage.database import Base, database, writing

ATTACK = "<script>alert(7)</script><img src=x onerror=alert(7)>\"onx='1' {{7*7}} {7*7} %(x)s"
SHOWN = "<script>alert(7)</script>"
PDF = "application/pdf"
LEADING_AWAY = ("/static", "/offline/scripts", "/pause")
BODY = " {code} {link} {address} {deadline} {contact}"


TYPED = {
    "account.name", "brief_words.introduction", "brief_words.next_steps", "decision.responsible",
    "decision.text", "kiosk.name", "message_text.body", "message_text.subject", "municipality.name",
    "project.title", "project_contact.name_da", "project_contact.name_en",
    "project_contact.note_da", "project_contact.note_en", "project_notice.text_da",
    "project_notice.text_en", "unit.name", "wave.label_da", "wave.label_en",
}  # fmt: skip
"""Every text that somebody of the workspace can word as they like: all hold the attack here."""

NOT_FREE = {
    "made here or a word of a list": {
        "account.password_hash", "account.role", "admission.audience", "admission.code_hash",
        "admission.pseudonym", "answer.item_key", "answer.value", "audit_entry.action",
        "audit_entry.actor", "audit_entry.entry_hash", "audit_entry.object_id",
        "audit_entry.object_kind", "audit_entry.outcome", "audit_entry.previous_hash",
        "brief_words.kind", "brief_words.language", "decision.principle", "free_text.audience",
        "free_text.holder_hash", "free_text.item_key", "free_text.review", "invitation.language",
        "invitation_batch.kind", "job.kind", "job.result", "job.status", "job.step",
        "kept_form.token_hash", "kiosk.token_hash", "message_text.language",
        "message_text.purpose", "offline_delivery.content_hash", "offline_delivery.outcome",
        "offline_remainder.content_hash", "offline_remainder.outcome", "open_link.audience",
        "open_link.token_hash", "pause_code.code_hash", "project.framework",
        "project.notice_version", "project.primary_audience", "project.primary_from",
        "project.primary_to", "project_notice.audience", "project_notice.legal_basis",
        "recovery_code.code_hash", "release_content.audience", "release_content.counted",
        "response.audience", "response.code_hash", "response.instrument_key",
        "response.notice_version", "response.pseudonym", "response.withdrawal_hash",
        "response_count.audience", "roster_cell.audience", "score.measure",
        "sign_in_failure.name_hash", "unit_count.audience", "wave.framework", "wave.origin",
        "wave.status", "wave_instrument.audience", "wave_instrument.instrument_key",
        "wave_principle.principle", "wave_principle.relation",
    },
    "letters, digits and hyphens alone": {
        "municipality.key", "project.key", "unit.key", "wave.key", "project_contact.phone",
    },
    "copied from a text above, or numbers": {
        "audit_entry.account_name", "job.parameters", "release.content",
    },
    "told by the other sign-in service, compared and never shown": {"account.single_sign_on_id"},
}  # fmt: skip
"""Texts that nobody words, and why. Whoever adds a column of text adds it here or above."""


class Page(HTMLParser):
    """What a browser would make of a page: its elements, its forms, its links and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.forms: dict[str, dict[str, str]] = {}
        self._form: dict[str, str] = {}
        self._open: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.tags.append((tag, held))
        name = held.get("name") or ""
        if tag == "form":
            self._form = self.forms.setdefault(held.get("action") or "", {})
        elif tag == "input" and held.get("type") not in {"checkbox", "radio", "file", "submit"}:
            self._form[name] = held.get("value") or ""
        elif tag == "input" and "checked" in held:
            self._form[name] = held.get("value") or "y"
        elif tag in {"select", "textarea"}:
            self._open = name
            self._form.setdefault(name, "")
        elif tag == "option" and self._open and "selected" in held:
            self._form[self._open] = held.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in {"select", "textarea"}:
            self._open = None

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._open and self.tags[-1][0] == "textarea":
            self._form[self._open] += data

    @property
    def links(self) -> set[str]:
        """Addresses of this site that the page leads to."""
        found = {held.get("href") or "" for tag, held in self.tags if tag == "a"}
        return {address.split("#")[0] for address in found if address.startswith("/")}

    @property
    def dangers(self) -> list[str]:
        """What would run, or looks as if somebody had put it there."""
        found = []
        for tag, held in self.tags:
            source = held.get("src") or ""
            if tag == "script" and not source.startswith("/"):
                found.append("a script of its own")
            if source == "x":
                found.append("an image somebody typed")
            found += [f"{name} at {tag}" for name in held if name.startswith("on")]
            found += [f"{tag} leads to a script" for value in held.values()
                      if (value or "").strip().lower().startswith("javascript:")]  # fmt: skip
        return found


def send(visitor: Visitor, path: str, action: str | None = None, **typed: str) -> None:
    """Fill in the form on a page as a browser would, with `typed` over what it holds."""
    page = Page(visitor.get(path).html)
    assert visitor.status == 200, (path, visitor.status)
    fields = page.forms[action or path] | typed
    visitor.post(action or path, **fields)
    assert visitor.status == 200, (path, visitor.status, visitor.text[:2000])


def answer(installation: Installation, wave: str) -> None:
    """Record 12 staff's answers and close the wave."""
    items = [item for item in instrument_of("staff").items if item.scale is not None]
    gathered = [
        GatheredResponse(
            installation.units["house"], "staff", f"p{number}",
            {item.key: str(1 + (number + place) % 5) for place, item in enumerate(items)},
        )
        for number in range(12)
    ]  # fmt: skip
    with installation.context():
        record_responses(
            installation.keys, installation.waves[wave], gathered, installation.clock.today
        )
    installation.close_wave(wave)


@pytest.fixture(scope="module")
def attacked(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[Installation]:
    """An installation where every text that can be typed in the browser is an attack."""
    installation = build_installation(
        tmp_path_factory.mktemp("attacked") / "one", empty_database,
        waves=("baseline", "midterm", "final"),
    )  # fmt: skip
    add_person(installation, "root@kommune.example", Role.ADMINISTRATOR, everywhere=True)
    add_person(installation)
    answer(installation, "baseline")
    installation.open_wave("midterm")
    answer(installation, "midterm")
    _attack(installation)
    yield installation
    with installation.context():
        database.engine.dispose()


def _attack(installation: Installation) -> None:
    with installation.context(), writing() as session:
        # The page refuses dates that overlap, as the builder's do; the names are what matters.
        session.execute(sa.update(tables.Wave).values(label_da=ATTACK, label_en=ATTACK))
    root = enter(installation.visitor(), "root@kommune.example")
    send(root, f"/arbejdsrum/kommuner/{installation.municipality_id}", name=ATTACK)
    evaluator = enter(installation.visitor())
    project = f"/arbejdsrum/projekt/{installation.project_id}"
    setup = f"{project}/opsaetning"
    send(evaluator, f"{setup}/projekt", title=ATTACK)
    for unit in installation.units.values():
        send(evaluator, f"{setup}/afdelinger/{unit}", name=f"{ATTACK} {unit.hex[:4]}")
    contact = {f"{name}_1": ATTACK for name in ("name_da", "name_en", "note_da", "note_en")}
    send(evaluator, f"{setup}/kontakter", **contact, phone_1="70 20 12 66")
    notice = f"# {ATTACK}\n{ATTACK}"
    for audience in ("citizen", "staff"):
        send(evaluator, f"{setup}/oplysning/{audience}", legal_basis="consent", text_da=notice,
             text_en=notice, act="save")  # fmt: skip
    installation.open_wave("final")
    for language in ("da", "en"):
        message = f"{project}/e-mail/invitation/{language}"
        send(evaluator, message, step="save", subject=SHOWN, body=SHOWN + BODY)
    with installation.context():
        release_project(installation.project_id, installation.clock.today)
    send(evaluator, f"{project}/beslutninger", principle="network", text=ATTACK,
         responsible=SHOWN, due_on="2026-06-01")  # fmt: skip
    for kind in ("arbejdsgruppe", "ledelse"):
        for language in ("da", "en"):
            words = f"{project}/udgivelser/1/breve/{kind}/{language}/ord"
            send(evaluator, words, introduction=ATTACK, next_steps=ATTACK, act="gem")
    add_person(installation, ATTACK, Role.VIEWER)
    with installation.context():
        pair_tablet(
            installation.keys, installation.project_id, installation.units["house"], ATTACK[:50]
        )


def crawl(visitor: Visitor, *starts: str, most: int = 140) -> dict[str, tuple[str, bytes]]:
    """Everything that can be read from `starts` by following links: content type and body."""
    found: dict[str, tuple[str, bytes]] = {}
    waiting = list(starts)
    while waiting and len(found) < most:
        address = waiting.pop(0)
        if address in found or address.startswith(LEADING_AWAY):
            continue
        page = visitor.client.get(address, follow_redirects=True)
        assert page.status_code == 200, (address, page.status_code)
        found[address] = (page.mimetype, page.get_data())
        if page.mimetype == "text/html":
            links = Page(page.get_data(as_text=True)).links
            waiting += sorted(links - found.keys() - set(waiting))
    return found


def assert_only_text(pages: dict[str, tuple[str, bytes]]) -> int:
    """Find nothing that would run; return how many pages show the attack as the text it is."""
    shown = 0
    for address, (kind, body) in pages.items():
        if kind == "text/html":
            page = Page(body.decode())
            assert page.dangers == [], address
            shown += SHOWN in page.words
            assert page.words.count("{{7*7}}") == page.words.count("onerror=alert(7)"), address
        if kind == "image/svg+xml":
            for element in defused.fromstring(body.decode()).iter():
                assert not element.tag.endswith(("script", "foreignObject", "image")), address
                assert not any(name.startswith("on") for name in element.attrib), address
    return shown


def test_every_column_of_text_is_attacked_or_known_not_to_be_free() -> None:
    found = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.String)
    }
    known = [*TYPED, *(name for names in NOT_FREE.values() for name in names)]
    assert sorted(known) == sorted(found)


def test_every_text_that_can_be_typed_holds_the_attack(attacked: Installation) -> None:
    for name in TYPED:
        table, column = name.split(".")
        assert any(SHOWN in str(row[column]) for row in attacked.rows(table)), name


@pytest.mark.parametrize("name", sorted(NOT_FREE["letters, digits and hyphens alone"]))
def test_keys_and_numbers_take_no_markup(attacked: Installation, name: str) -> None:
    table, column = name.split(".")
    rows = attacked.rows(table)
    assert rows
    assert [
        row for row in rows if set("<>&\"'/\\. ") & set(str(row[column]).replace(" ", ""))
    ] == []


def test_no_page_of_the_workspace_runs_what_was_typed(attacked: Installation) -> None:
    evaluator = enter(attacked.visitor(), NAME)
    pages = crawl(evaluator, "/arbejdsrum/")
    assert len(pages) > 60
    assert assert_only_text(pages) > 30


def test_nor_do_the_pages_of_administrators(attacked: Installation) -> None:
    root = enter(attacked.visitor(), "root@kommune.example")
    pages = crawl(root, "/arbejdsrum/kommuner", "/arbejdsrum/brugere", most=25)
    assert assert_only_text(pages) >= 2


@pytest.mark.parametrize("language", ["da", "en"])
def test_nor_do_the_pages_of_those_who_answer(attacked: Installation, language: str) -> None:
    [code] = attacked.invite(f"p-{language}", wave="final")
    person = attacked.visitor().get("/")
    person.submit("/sprog", language=language)
    person.enter(code)
    pages = crawl(person, "/om", "/saadan-bruger-vi-dine-svar", "/", most=25)
    assert assert_only_text(pages) >= 3
    person.get("/om").submit("/ja")
    person.answer_first(2)
    pages = crawl(person, "/svar/1", "/svar/2", "/gennemse", "/stop", "/offline", most=25)
    assert assert_only_text(pages) >= 3


def _brief(evaluator: Visitor, results: str) -> Iterator[tuple[str, bytes]]:
    """The brief that the page of results offers first."""
    for action, fields in Page(evaluator.get(results).html).forms.items():
        if action.split("?")[0].endswith("/resultatbrev"):
            page = evaluator.client.post(action, data=fields, follow_redirects=True)
            assert page.mimetype == PDF, (page.status_code, page.mimetype)
            yield action, page.get_data()


def test_briefs_print_it_as_the_text_it_is(attacked: Installation) -> None:
    evaluator = enter(attacked.visitor(), NAME)
    project = f"/arbejdsrum/projekt/{attacked.project_id}"
    briefs = dict(_brief(evaluator, f"{project}/resultater"))
    assert briefs
    for address, body in briefs.items():
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages)
        assert "alert(7)" in text, address
        for page in PdfReader(BytesIO(body)).pages:
            assert "/JS" not in str(page.get_object()), address
