"""A purge removes all of a project that has to do with people, looks again, and proves it."""

import hashlib
import json
import random
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from accounts_builder import add_person, enter
from builders import TODAY, Installation, Visitor, build_installation, instrument_of
from werkzeug.routing import Rule

from survey_service.accounts import audit
from survey_service.accounts.roles import Role
from survey_service.cli.purging import _proof_lines
from survey_service.fieldwork import kiosk, notices, retention, upkeep
from survey_service.fieldwork.invitations import BatchKind, Invitee, invite_batch
from survey_service.fieldwork.recording import GatheredResponse, record_responses
from survey_service.fieldwork.upkeep import do_upkeep
from survey_service.reporting.releasing import find_release, release_project
from survey_service.storage import retention as stored
from survey_service.storage.database import Base, writing
from survey_service.storage.keys import KeyRefused
from survey_service.storage.purge_proofs import PurgeProof
from survey_service.storage.tables import OpenLink, Project, Upload
from survey_service.texts import load_texts
from survey_service.web.language import TEXTS

UNTIL = TODAY + timedelta(days=60)
WORDS = "Personalet lytter til mig hver tirsdag."
pytestmark = pytest.mark.long

ADMINISTRATOR, EVALUATOR, VIEWER = (
    "adm@kommune.example",
    "eva@kommune.example",
    "se@kommune.example",
)


@dataclass
class Scene:
    """An installation before and after its purge, and what lay in its file before."""

    installation: Installation
    values_before: frozenset[bytes]
    rows_before: dict[str, int]
    release_before: object
    done: upkeep.Upkeep

    def signed_in(self, name: str) -> Visitor:
        return enter(self.installation.visitor(), name)


def keep_until(installation: Installation, until: date) -> None:
    with installation.context(), writing() as session:
        found = session.get(Project, installation.project_id)
        assert found is not None
        found.retained_until = until


def fill(installation: Installation) -> None:
    """Two released waves, and an open one with everything that can lie around people."""
    items = [item for item in instrument_of("citizen").items if item.scale is not None]
    for seed, wave in enumerate(("baseline", "midterm")):
        draw = random.Random(seed)
        if wave != "baseline":
            installation.open_wave(wave)
        gathered = [
            GatheredResponse(installation.units["house"], "citizen", f"citizen-{number}",
                             {item.key: str(draw.choice((2, 3, 4))) for item in items})
            for number in range(12)
        ]  # fmt: skip
        with installation.context():
            record_responses(installation.keys, installation.waves[wave], gathered, TODAY)
        installation.close_wave(wave)
    with installation.context():
        release_project(installation.project_id, TODAY)
    installation.open_wave("final")
    codes = installation.invite("p1", "p2", wave="final", contact="anna@person.example")
    person = installation.visitor().enter(codes[0])
    person.answer_first(3)
    person.question(32).answer(WORDS)
    person.send()
    installation.visitor().enter(codes[1]).answer_first(2)
    paused = installation.visitor().get(f"/aaben/{installation.open_link(wave='final')}")
    paused.answer_first(2).get("/pause").submit("/pause")
    with installation.context():
        invitee = Invitee(installation.units["house"], "staff", "p9", contact="bo@person.example")
        invite_batch(
            installation.keys, installation.waves["final"], BatchKind.LIST, [invitee], TODAY
        )
        kiosk.pair_tablet(
            installation.keys, installation.project_id, installation.units["house"], "Stuen"
        )
        with writing() as session:
            session.add(Upload(project_id=installation.project_id, uploaded_on=UNTIL,
                               sealed_file_name=b"1" * 40, sealed_choices=b"2" * 40,
                               sealed_content=b"3" * 40))  # fmt: skip


def values_of(installation: Installation) -> frozenset[bytes]:
    """Everything about people that can be told from other bytes, as the file holds it."""
    found = [row["id"].hex.encode() for row in installation.rows("response")]  # type: ignore[attr-defined]
    for table, columns in (("response", ("pseudonym", "withdrawal_hash", "code_hash")),
                           ("free_text", ("holder_hash", "sealed_text")),
                           ("invitation", ("sealed_contact", "sealed_code")),
                           ("admission", ("code_hash", "pseudonym")),
                           ("open_link", ("token_hash",)), ("pause_code", ("code_hash",)),
                           ("upload", ("sealed_content",))):  # fmt: skip
        for row in installation.rows(table):
            values = [row[column] for column in columns if row[column] is not None]
            found += [v if isinstance(v, bytes) else str(v).encode() for v in values]
    return frozenset(found)


def bytes_on_disk(installation: Installation) -> bytes:
    return b"".join(
        path.read_bytes() for path in sorted(installation.folder.glob("survey.sqlite3*"))
    )


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Scene:
    installation = build_installation(
        tmp_path_factory.mktemp("purge"), empty_database,
        waves=("baseline", "midterm", "final", "later"), offers_free_text=True,
    )  # fmt: skip
    for name, role in ((ADMINISTRATOR, Role.ADMINISTRATOR), (EVALUATOR, Role.EVALUATOR),
                       (VIEWER, Role.VIEWER)):  # fmt: skip
        add_person(installation, name, role)
    fill(installation)
    keep_until(installation, UNTIL)
    before = values_of(installation)
    on_disk = bytes_on_disk(installation)
    assert all(value in on_disk for value in before)
    rows = {name: len(installation.rows(name)) for name in stored.PURGED_TABLES}
    with installation.context():
        release = find_release(installation.project_id).figures
        installation.clock.today = UNTIL + timedelta(days=1)
        done = do_upkeep(installation.keys, installation.clock.today)
    return Scene(installation, before, rows, release, done)


def test_there_was_something_to_remove(scene: Scene) -> None:
    empty = {name for name, count in scene.rows_before.items() if not count}
    # Their rows come with answers given without network, which test_offline_answers.py gives.
    offline = {"offline_delivery", "offline_remainder", "offline_device"}
    assert empty == offline
    assert len(scene.values_before) > 50


def test_nothing_is_left_in_any_table(scene: Scene) -> None:
    for name in stored.PURGED_TABLES:
        assert scene.installation.rows(name) == [], name


def test_nothing_that_was_removed_is_left_in_the_bytes_of_the_file(scene: Scene) -> None:
    on_disk = bytes_on_disk(scene.installation)
    assert on_disk
    assert [value for value in scene.values_before if value in on_disk] == []


def test_all_keys_are_gone(scene: Scene) -> None:
    installation = scene.installation
    with pytest.raises(KeyRefused):
        installation.keys.project_key(installation.project_id)
    assert list(installation.keys.folder.glob("wave-*.key")) == []


def test_released_figures_stand_as_they_were(scene: Scene) -> None:
    with scene.installation.context():
        assert find_release(scene.installation.project_id).figures == scene.release_before


def test_the_proof_tells_what_went_and_that_nothing_was_found_again(scene: Scene) -> None:
    [proof] = scene.done.proofs
    assert proof.holds
    assert proof.purged_on == proof.verified_on == UNTIL + timedelta(days=1)
    # The same upkeep had removed before: the upload, and the draft whose pause code had expired.
    # It had also counted the open wave once more: each audience, and each in three units.
    earlier = {"upload": 1, "pause_code": 1, "response": 1, "answer": 2,
               "response_count": -3, "unit_count": -3}  # fmt: skip
    assert dict(proof.removed) == {
        name: count - earlier.get(name, 0) for name, count in scene.rows_before.items()
    }
    assert proof.remaining == dict.fromkeys(stored.PURGED_TABLES, 0)
    assert (proof.key_files_destroyed, proof.key_files_left) == (2, 0)
    assert proof.traces_sought > 20
    assert proof.traces_found == 0
    assert proof.releases == 1


def test_the_audit_log_vouches_for_the_proof(scene: Scene) -> None:
    installation = scene.installation
    [path] = (installation.folder / "purged").glob("*.json")
    assert path.stat().st_mode & 0o777 == 0o600
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    [entry] = [row for row in installation.rows("audit_entry") if row["action"] == "purge_proved"]
    assert (entry["object_kind"], entry["object_id"]) == ("proof", digest)
    with installation.context():
        assert audit.verify(installation.keys).holds
    written = path.read_text()
    assert not any(value.hex() in written or value.decode("latin-1") in written
                   for value in scene.values_before)  # fmt: skip


def test_purging_again_finds_nothing_and_leaves_the_proof(scene: Scene) -> None:
    installation = scene.installation
    [path] = (installation.folder / "purged").glob("*.json")
    before = path.read_bytes()
    with installation.context():
        again = do_upkeep(installation.keys, installation.clock.today)
    assert (again.purged, again.proofs) == ((), ())
    assert path.read_bytes() == before


def test_the_administrator_sees_the_proof_and_others_the_promise_kept(scene: Scene) -> None:
    project = f"/arbejdsrum/projekt/{scene.installation.project_id}"
    administrator = scene.signed_in(ADMINISTRATOR).get(project)
    assert "Svarene blev slettet den 4. maj 2026" in administrator.text
    administrator.get(f"{project}/sletning")
    assert "Kontrolleret den 4. maj 2026: Der er intet tilbage." in administrator.text
    assert "Sikkerhedskopier fra før den 4. maj 2026" in administrator.text
    for name in (EVALUATOR, VIEWER):
        other = scene.signed_in(name).get(project)
        assert "Svarene blev slettet den 4. maj 2026" in other.text
        assert "/sletning" not in other.html
        assert other.get(f"{project}/sletning").status == 403


def test_the_proof_shows_how_many_went_only_roughly(scene: Scene) -> None:
    # 24 responses are published; less those, an exact number would tell of two people.
    page = scene.signed_in(ADMINISTRATOR)
    page.get(f"/arbejdsrum/projekt/{scene.installation.project_id}/sletning")
    [proof] = scene.done.proofs
    assert proof.removed["response"] == 26
    assert "cirka 30" in page.text
    assert not re.search(r"\b26\b", page.text)


@pytest.mark.parametrize("name", [ADMINISTRATOR, EVALUATOR, VIEWER])
def test_no_page_of_a_purged_project_fails(scene: Scene, name: str) -> None:
    app, browser = scene.installation.app, scene.signed_in(name)
    opened = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("workspace.sign_out") or "GET" not in (rule.methods or ()):
            continue
        for address in _addresses(scene, rule):
            browser.page = browser.client.get(address)
            assert browser.status < 500, address
            opened += browser.status == 200
    assert opened > (40 if name != VIEWER else 15)


def _addresses(scene: Scene, rule: Rule) -> list[str]:
    installation = scene.installation
    values: dict[str, object] = {"project_id": installation.project_id, "number": 1}
    values |= {"unit_id": installation.units["house"]}
    for name in set(rule.arguments) - set(values) - {"wave_id"}:
        converter = rule._converters[name]
        if type(converter).__name__ != "AnyConverter":
            return []
        values[name] = min(converter.items)
    found = []
    with installation.app.test_request_context():
        from flask import url_for

        for wave_id in installation.waves.values():
            given = values | {"wave_id": wave_id}
            chosen = {name: given[name] for name in rule.arguments}
            found.append(url_for(rule.endpoint, **chosen))  # type: ignore[arg-type]
    return sorted(set(found))


@pytest.mark.parametrize(("path", "fields", "status"), [
    ("maaling/{later}/aabn", {"confirmed": "yes"}, 409),
    ("projekt/{project}/tablets", {"unit": "{house}", "name": "Stuen"}, 409),
    ("projekt/{project}/udgivelser", {}, 409),
])  # fmt: skip
def test_no_more_answers_can_be_gathered_in_a_purged_project(
    scene: Scene, path: str, fields: dict[str, str], status: int
) -> None:
    installation = scene.installation
    names = {"project": installation.project_id, "later": installation.waves["later"],
             "house": installation.units["house"].hex}  # fmt: skip
    browser = scene.signed_in(EVALUATOR)
    token = browser.get("/arbejdsrum/min-konto").form("/arbejdsrum/log-ud")["csrf_token"]
    sent = {name: value.format(**names) for name, value in fields.items()}
    browser.post(f"/arbejdsrum/{path.format(**names)}", csrf_token=token, **sent)
    assert browser.status == status, browser.text
    assert {row["status"] for row in installation.rows("wave")} == {"closed", "planned", "released"}
    assert not list(installation.keys.folder.glob("wave-*.key"))


def test_a_key_that_is_missing_before_its_time_is_a_failure(
    installation: Installation,
) -> None:
    add_person(installation, EVALUATOR)
    installation.keys.destroy_project_key(installation.project_id)
    browser = enter(installation.visitor(), EVALUATOR)
    address = f"/arbejdsrum/projekt/{installation.project_id}/tablets"
    token = browser.get(address).form(address)["csrf_token"]
    unit = installation.units["house"].hex
    assert browser.post(address, csrf_token=token, unit=unit, name="Stuen").status == 500


# ---- What hinders a proof ----


@pytest.fixture
def due(installation: Installation) -> Installation:
    """A project past its date, with one answer in it."""
    [code] = installation.invite("p1")
    installation.visitor().enter(code).answer_first(2).send()
    keep_until(installation, TODAY - timedelta(days=1))
    return installation


def test_a_purge_whose_file_could_not_be_rewritten_is_proved_the_next_time(
    due: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with due.context():
        monkeypatch.setattr(upkeep, "compact", lambda: False)
        assert do_upkeep(due.keys, TODAY).proofs == ()
        [(proof, _)] = retention.find_proofs(due.keys, due.project_id)
        assert not proof.holds
        monkeypatch.undo()
        [proof] = do_upkeep(due.keys, TODAY + timedelta(days=1)).proofs
    assert proof.holds
    assert proof.purged_on == TODAY
    assert proof.removed["response"] == 1


def test_what_is_still_there_is_not_proved_gone(
    due: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with due.context():
        monkeypatch.setattr(
            stored, "delete_project_answers", lambda *_: dict.fromkeys(stored.PURGED_TABLES, 1)
        )
        [proof] = do_upkeep(due.keys, TODAY).proofs
    assert not proof.holds
    assert proof.remaining is not None
    assert proof.remaining["response"] == 1
    assert proof.traces_found == proof.traces_sought > 0
    assert "NOT PROVED" in _proof_lines(proof)[0]


@pytest.mark.parametrize("fault", [
    {"verified_on": None}, {"is_file_rewritten": False}, {"key_files_left": 1},
    {"traces_found": 1}, {"remaining": {"answer": 1}},
])  # fmt: skip
def test_a_proof_holds_only_where_nothing_at_all_was_found(due: Installation, fault: dict) -> None:  # type: ignore[type-arg]
    with due.context():
        [proof] = do_upkeep(due.keys, TODAY).proofs
    assert proof.holds
    assert not replace(proof, **fault).holds


def test_answers_a_restored_backup_brought_back_go_again_with_a_proof_of_their_own(
    due: Installation,
) -> None:
    with due.context():
        do_upkeep(due.keys, TODAY)
    again = TODAY + timedelta(days=3)
    with due.context(), writing() as session:
        session.add(OpenLink(token_hash="0" * 64, wave_id=due.waves["final"],
                             unit_id=due.units["house"], audience="staff"))  # fmt: skip
    with due.context():
        [proof] = do_upkeep(due.keys, again).proofs
        assert len(retention.find_proofs(due.keys, due.project_id)) == 2
    assert proof.removed["open_link"] == 1
    add_person(due, ADMINISTRATOR, Role.ADMINISTRATOR)
    due.clock.today = again
    page = enter(due.visitor(), ADMINISTRATOR).get(f"/arbejdsrum/projekt/{due.project_id}")
    assert "Svarene blev slettet den 4. marts 2026" in page.text


def test_another_project_is_left_alone(due: Installation) -> None:
    from survey_service.storage import projects
    from survey_service.storage.database import reading

    with due.context():
        with writing() as session:
            other = projects.add_project(
                session, municipality_id=due.municipality_id, key="o", title="Andet",
                framework="recovery-2023", margin=5.0, minimum=5, retained_until=UNTIL,
                notice_version="1",
            )  # fmt: skip
            session.add(Upload(project_id=other, uploaded_on=TODAY, sealed_file_name=b"1",
                               sealed_choices=b"2", sealed_content=b"3"))  # fmt: skip
        notices.save_notice(other, "citizen", "public_task", "# A\nb", "# A\nb")
        due.keys.create_project_key(other)
        do_upkeep(due.keys, TODAY)
        assert stored.count_project_rows(reading(), other)["upload"] == 1
        assert due.keys.project_key(other)


# ---- Every table is thought of ----


def test_every_table_that_belongs_to_a_wave_or_response_is_purged_or_tells_of_nobody() -> None:
    # Whoever adds a table decides here, and writes it into the field inventory.
    tells_of_nobody = {"wave_principle", "wave_instrument", "roster_cell"}
    belonging = {
        table.name
        for table in Base.metadata.sorted_tables
        if {"wave_id", "response_id"} & set(table.columns.keys())
    }
    assert belonging - set(stored.PURGED_TABLES) == tells_of_nobody


def test_every_kind_has_its_words() -> None:
    texts = load_texts(TEXTS)
    for name in stored.PURGED_TABLES:
        assert f"workspace.retention.table_{name}" in texts


def test_a_proof_is_read_as_it_was_written(due: Installation) -> None:
    with due.context():
        [proof] = do_upkeep(due.keys, TODAY).proofs
        [(read, _)] = retention.find_proofs(due.keys, due.project_id)
    assert isinstance(read, PurgeProof)
    assert read == proof
    assert json.loads(next((due.folder / "purged").glob("*.json")).read_text())["title"]
