"""A file from another system becomes a closed wave like any other, and can be taken back."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import openpyxl
import pytest
from builders import RETAINED_UNTIL, Installation

from survey_service.accounts.sign_in import Role, add_user
from survey_service.faults import InputRefused
from survey_service.fieldwork import importing, uploads
from survey_service.fieldwork.import_choices import FileKind
from survey_service.fieldwork.invitations import pseudonym_of
from survey_service.fieldwork.upkeep import do_upkeep
from survey_service.reporting.releasing import find_release, prepare_release
from survey_service.storage import jobs, projects
from survey_service.storage.database import reading, writing

HEADER = "nr;afdeling;målgruppe;hopes_asked;hopes_goals;hopes_given"
SAID = {"label_da": "Baseline 2020", "opens_on": "2020-09-01", "closes_on": "2020-09-30"}


def csv_of(*lines, codec="cp1252"):
    return "\r\n".join(lines).encode(codec)


def upload(installation, content, kind=FileKind.RESPONSES, name="maaling.csv", **said):
    with installation.context():
        project_id = installation.project_id
        upload_id = uploads.keep_upload(
            installation.keys, project_id, name, content, kind, installation.clock.today
        )
        found = uploads.find_upload(installation.keys, project_id, upload_id)
        changed = uploads.with_choices(found, **(SAID | said))
        uploads.save_choices(installation.keys, found, changed.choices)
    return upload_id


def bring_in(installation, content, kind=FileKind.RESPONSES, tell=None, **said):
    upload_id = upload(installation, content, kind, **said)
    with installation.context():
        follow = {} if tell is None else {"tell": tell}
        return importing.import_wave(
            installation.keys,
            installation.project_id,
            upload_id,
            installation.clock.today,
            **follow,
        )


def refused(act):
    with pytest.raises(InputRefused) as found:
        act()
    return [fault.rule for fault in found.value.faults]


ANSWERS = csv_of(
    HEADER, *(f"b-{number};Botilbud;Borger;{1 + number % 5};4;3" for number in range(6)),
    "m-1;house;Medarbejder;4;4;4",
)  # fmt: skip


# --- what is stored -----------------------------------------------------------------------------


def test_an_import_is_a_closed_wave_in_the_place_its_dates_give_it(installation: Installation):
    wave_id = bring_in(installation, ANSWERS, framework="recovery-2020")
    with installation.context():
        waves = projects.find_waves(reading(), installation.project_id)
        (imported,) = importing.find_imported_waves(installation.project_id)
    assert [(wave.key, wave.position, wave.status) for wave in waves] == [
        ("baseline-2020", 1, "closed"), ("baseline", 2, "open"), ("final", 3, "planned")
    ]  # fmt: skip
    assert (imported.id, imported.framework) == (wave_id, "recovery-2020")
    assert imported.relations["network"] == "changed_scope"
    assert imported.relations["hopes"] == "close"


def test_people_are_linked_by_the_projects_key_and_the_reference_is_nowhere(
    installation: Installation,
):
    wave_id = bring_in(installation, ANSWERS)
    with installation.context():
        key = installation.keys.project_key(installation.project_id)
        expected = {pseudonym_of(key, "citizen", f"b-{number}") for number in range(6)}
    rows = [row for row in installation.rows("response") if row["wave_id"] == wave_id]
    assert {row["pseudonym"] for row in rows if row["audience"] == "citizen"} == expected
    assert {(row["sent_week"], row["code_hash"]) for row in rows} == {(None, None)}
    assert b"b-3" not in installation.database_file.read_bytes()


def test_answers_belong_to_the_questionnaire_and_are_scored_by_its_rule(
    installation: Installation,
):
    wave_id = bring_in(installation, ANSWERS)
    rows = {row["id"]: row for row in installation.rows("response") if row["wave_id"] == wave_id}
    assert {(r["instrument_key"], r["instrument_version"]) for r in rows.values()} == {
        ("citizen", 1), ("staff", 1)
    }  # fmt: skip
    assert sum(row["response_id"] in rows for row in installation.rows("answer")) == 7 * 3
    hopes = sorted(
        row["score"] for row in installation.rows("score")
        if row["response_id"] in rows and row["measure"] == "hopes"
    )  # fmt: skip
    # Options 1-5, 4 and 3 of five; the first option comes twice: (0, 0, 25, 50, 75, 100) + 75 + 50.
    citizens = [(first + 75 + 50) / 3 for first in (0, 0, 25, 50, 75, 100)]
    assert hopes == pytest.approx(sorted([*citizens, 75.0]))


def test_counts_are_kept_as_of_the_closing_date(installation: Installation):
    wave_id = bring_in(installation, ANSWERS)
    counts = [row for row in installation.rows("response_count") if row["wave_id"] == wave_id]
    assert {(row["audience"], row["sent"], row["as_of"]) for row in counts} == {
        ("citizen", 6, date(2020, 9, 30)), ("staff", 1, date(2020, 9, 30))
    }  # fmt: skip
    units = [row for row in installation.rows("unit_count") if row["wave_id"] == wave_id]
    assert {(row["unit_id"], row["audience"], row["sent"]) for row in units} == {
        (installation.units["home"], "citizen", 6), (installation.units["house"], "staff", 1)
    }  # fmt: skip


def test_scores_alone_become_responses_without_questionnaire(installation: Installation):
    book = openpyxl.Workbook()
    book.active.append(["Nr", "Afdeling", "Håb", "Respekt"])
    book.active.append([1, "Botilbud", 66.5, None])
    stream = io.BytesIO()
    book.save(stream)
    wave_id = bring_in(
        installation, stream.getvalue(), FileKind.SCORES, name="scorer.xlsx", audience="relative",
        columns={"Nr": "respondent", "Afdeling": "unit", "Håb": "measure:hopes",
                 "Respekt": "measure:respect"},
    )  # fmt: skip
    (row,) = [row for row in installation.rows("response") if row["wave_id"] == wave_id]
    assert (row["audience"], row["instrument_key"], row["instrument_version"]) == (
        "relative",
        "",
        0,
    )
    scores = {row["measure"]: row["score"] for row in installation.rows("score")}
    assert scores == {"hopes": 66.5, "respect": None}
    with installation.context():
        assert projects.find_wave_instruments(reading(), wave_id) == {}


def test_a_large_import_comes_in_parts_and_tells_how_far_it_is(
    installation: Installation, monkeypatch
):
    monkeypatch.setattr(importing, "STORED_AT_ONCE", 3)
    heard = []
    wave_id = bring_in(installation, ANSWERS, tell=lambda *step: heard.append(step))
    assert [step for step in heard if step[0] == "storing_responses"] == [
        ("storing_responses", done, 7) for done in (0, 3, 6)
    ]  # fmt: skip
    assert sum(row["wave_id"] == wave_id for row in installation.rows("response")) == 7


def test_an_import_that_is_stopped_leaves_nothing_and_can_be_begun_again(
    installation: Installation, monkeypatch
):
    monkeypatch.setattr(importing, "STORED_AT_ONCE", 3)
    upload_id = upload(installation, ANSWERS)
    before = installation.contents()

    class StoppedError(Exception):
        pass

    def stop_late(_step, done=0, _total=0):
        if done == 6:
            raise StoppedError

    arguments = (installation.keys, installation.project_id, upload_id, installation.clock.today)
    with installation.context(), pytest.raises(StoppedError):
        importing.import_wave(*arguments, stop_late)
    assert installation.contents() == before
    with installation.context():
        assert importing.import_wave(*arguments) == upload_id


@pytest.mark.parametrize("goes_on_at", [3, 6])
def test_a_run_given_up_as_lost_leaves_the_wave_alone_that_was_imported_instead(
    installation: Installation, monkeypatch, goes_on_at
):
    monkeypatch.setattr(importing, "STORED_AT_ONCE", 3)
    upload_id = upload(installation, ANSWERS)
    arguments = (installation.keys, installation.project_id, upload_id, installation.clock.today)
    whole = []

    def be_overtaken(_step, done=0, _total=0):
        if done == goes_on_at and not whole:
            importing.import_wave(*arguments)
            whole.append(installation.contents())

    with installation.context():
        rules = refused(lambda: importing.import_wave(*arguments, be_overtaken))
    assert rules == ["upload_gone"]
    assert installation.contents() == whole[0]
    assert len(installation.rows("response")) == 7
    assert [wave["origin"] for wave in installation.rows("wave")].count("imported") == 1


def test_of_two_runs_half_way_the_one_begun_first_ends_and_touches_nothing_of_the_other(
    installation: Installation, monkeypatch
):
    monkeypatch.setattr(importing, "STORED_AT_ONCE", 3)
    upload_id = upload(installation, ANSWERS)
    arguments = (installation.keys, installation.project_id, upload_id, installation.clock.today)
    half_way = []

    def leave_half_way(_step, done=0, _total=0):
        if done == 6:
            raise KeyboardInterrupt

    def be_overtaken(_step, done=0, _total=0):
        if done == 3 and not half_way:
            with monkeypatch.context() as patch:
                patch.setattr(importing, "_remove", lambda *_: 0)
                with pytest.raises(KeyboardInterrupt):
                    importing.import_wave(*arguments, leave_half_way)
            half_way.append(installation.contents())

    with installation.context():
        rules = refused(lambda: importing.import_wave(*arguments, be_overtaken))
    assert rules == ["upload_gone"]
    assert installation.contents() == half_way[0]
    assert len(installation.rows("response")) == 6


def test_a_wave_that_is_still_coming_in_is_not_seen(installation: Installation, monkeypatch):
    monkeypatch.setattr(importing, "STORED_AT_ONCE", 3)
    seen = []

    def look(step, _done=0, _total=0):
        if step == "storing_responses":
            seen.append([w.key for w in projects.find_waves(reading(), installation.project_id)])

    bring_in(installation, ANSWERS, tell=look)
    assert seen == [["baseline", "final"]] * 3


# --- what is refused ----------------------------------------------------------------------------


def test_a_faulty_line_stops_the_import_and_nothing_is_stored(installation: Installation):
    faulty = ANSWERS + "\r\nb-9;Kantinen;Borger;4;4;4".encode("cp1252")
    assert refused(lambda: bring_in(installation, faulty)) == ["lines_faulty"]
    assert installation.rows("response") == []
    assert len(installation.rows("wave")) == 2


def test_faulty_lines_are_left_out_where_the_evaluator_says_so_and_that_is_kept(
    installation: Installation,
):
    faulty = ANSWERS + "\r\nb-9;Kantinen;Borger;4;4;4".encode("cp1252")
    bring_in(installation, faulty, leaves_out_faulty=True)
    assert len(installation.rows("response")) == 7
    with installation.context():
        (wave,) = importing.find_imported_waves(installation.project_id)
    assert wave.left_out_count == 1


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        ({"label_da": "", "opens_on": ""}, ["missing", "missing"]),
        ({"opens_on": "2020-10-01"}, ["import_backwards"]),
        # Both of the builder's waves run from the day of the test.
        ({"closes_on": "2026-03-05"}, ["import_in_future", *["import_overlaps"] * 2]),
        ({"opens_on": "2026-03-04", "closes_on": "2026-03-04"}, ["import_overlaps"] * 2),
        ({"label_da": "Baseline"}, ["import_name_taken"]),
        ({"key": "Baseline 2020!"}, ["import_key_taken"]),
        ({"framework": "recovery-1999"}, ["unknown_choice"]),
        ({"audience": "naboer"}, ["unknown_choice"]),
    ],
)
def test_a_wave_needs_a_name_of_its_own_and_dates_of_its_own(installation, said, rules):
    assert refused(lambda: bring_in(installation, ANSWERS, **said)) == rules
    assert len(installation.rows("wave")) == 2


def test_a_file_that_is_too_large_is_refused_and_not_kept(installation, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST_FILE", 100)
    assert refused(lambda: upload(installation, b"x" * 101)) == ["file_too_large"]
    assert installation.rows("upload") == []


def test_a_file_that_can_never_be_read_is_refused_and_not_kept(installation):
    assert refused(lambda: upload(installation, b"a;b\n\x00;2")) == ["file_not_text"]
    assert installation.rows("upload") == []


# --- the file on its way ------------------------------------------------------------------------


def test_the_file_lies_sealed_and_is_gone_once_it_is_imported(installation: Installation):
    upload_id = upload(installation, ANSWERS)
    (row,) = installation.rows("upload")
    assert b"Botilbud" not in row["sealed_content"]
    with installation.context():
        importing.import_wave(
            installation.keys, installation.project_id, upload_id, installation.clock.today
        )
    assert installation.rows("upload") == []


def test_neither_a_files_name_nor_the_words_of_a_wrong_column_lie_in_the_clear(
    installation: Installation,
):
    content = csv_of("Navn;hopes_asked", "Jens Hansen;4", codec="utf-8")
    upload_id = upload(
        installation, content, name="Svar fra Jens Hansen.csv",
        columns={"Navn": "unit"}, values={"unit": {"Jens Hansen": "home"}},
    )  # fmt: skip
    files = [path for path in installation.folder.rglob("survey.sqlite3*") if path.is_file()]
    held = b"".join(path.read_bytes() for path in files)
    assert upload_id.hex.encode() in held
    assert b"Jens" not in held
    with installation.context():
        (found,) = uploads.find_uploads(installation.keys, installation.project_id)
    assert found.file_name == "Svar fra Jens Hansen.csv"
    assert found.choices.values == {"unit": {"Jens Hansen": "home"}}


def test_files_are_listed_newest_first_and_by_name_within_a_day(installation: Installation):
    for name, day in (("b.csv", 4), ("a.csv", 4), ("c.csv", 5)):
        with installation.context():
            uploads.keep_upload(
                installation.keys, installation.project_id, name, ANSWERS,
                FileKind.RESPONSES, date(2026, 3, day),
            )  # fmt: skip
    with installation.context():
        found = uploads.find_uploads(installation.keys, installation.project_id)
    assert [each.file_name for each in found] == ["c.csv", "a.csv", "b.csv"]


def test_a_file_of_another_project_is_not_found(installation: Installation):
    upload_id = upload(installation, ANSWERS)
    with installation.context():
        assert uploads.find_upload(installation.keys, uuid4(), upload_id) is None
        rules = refused(
            lambda: importing.import_wave(
                installation.keys, uuid4(), upload_id, installation.clock.today
            )
        )
    assert rules == ["upload_gone"]


def test_the_next_days_upkeep_removes_what_was_not_imported(installation: Installation):
    upload(installation, ANSWERS)
    with installation.context():
        do_upkeep(installation.keys, installation.clock.today)
    assert len(installation.rows("upload")) == 1
    with installation.context():
        do_upkeep(installation.keys, date(2026, 3, 5))
    assert installation.rows("upload") == []


def test_the_upkeep_removes_what_an_import_left_that_was_cut_off(installation, monkeypatch):
    monkeypatch.setattr(importing, "STORED_AT_ONCE", 3)
    monkeypatch.setattr(importing, "_remove", lambda *_: 0)  # as if the power went

    def cut_off(_step, done=0, _total=0):
        if done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_in(installation, ANSWERS, tell=cut_off)
    monkeypatch.undo()
    assert len(installation.rows("wave")) == 3
    with installation.context():
        do_upkeep(installation.keys, date(2026, 3, 5))
    assert (len(installation.rows("wave")), installation.rows("response")) == (2, [])


MIDNIGHT = datetime(2026, 3, 5, tzinfo=UTC).replace(tzinfo=None)


def begin_job(installation, upload_id, seen_at, status="running"):
    with installation.context():
        name = "k@kommune.example"
        add_user(name, "fire grønne hatte", Role.EVALUATOR, installation.municipality_id)
        with writing() as session:
            account_id = installation.rows("account")[0]["id"]
            parameters = json.dumps({"upload": upload_id.hex})
            job_id = jobs.add_job(
                session, "import", installation.project_id, account_id, parameters, seen_at
            )
            session.flush()
            jobs.change_job(session, job_id, status=status)


def test_an_import_that_goes_on_past_midnight_is_not_ended_by_the_upkeep(
    installation: Installation, monkeypatch
):
    monkeypatch.setattr(importing, "STORED_AT_ONCE", 3)
    upload_id = upload(installation, ANSWERS)
    begin_job(installation, upload_id, MIDNIGHT - timedelta(seconds=5))

    def pass_midnight(_step, done=0, _total=0):
        if done == 3:
            importing.forget_old_uploads(MIDNIGHT.date(), MIDNIGHT)

    with installation.context():
        importing.import_wave(
            installation.keys, installation.project_id, upload_id,
            installation.clock.today, pass_midnight,
        )  # fmt: skip
        (wave,) = importing.find_imported_waves(installation.project_id)
        assert (wave.id, importing.count_imported(wave.id)) == (upload_id, 7)


@pytest.mark.parametrize(
    ("silent_for", "status", "today"),
    [
        (timedelta(hours=1), "running", MIDNIGHT.date()),
        (timedelta(seconds=5), "failed", MIDNIGHT.date()),
        (timedelta(seconds=5), "running", date(RETAINED_UNTIL.year + 1, 1, 1)),
    ],
    ids=["lost", "ended", "past the date"],
)
def test_an_import_that_is_over_does_not_hold_its_file(
    installation: Installation, silent_for, status, today
):
    upload_id = upload(installation, ANSWERS)
    begin_job(installation, upload_id, MIDNIGHT - silent_for, status)
    with installation.context():
        importing.forget_old_uploads(today, MIDNIGHT)
    assert installation.rows("upload") == []


def test_past_the_retention_date_no_file_stays(installation: Installation):
    upload(installation, ANSWERS)
    with installation.context():
        do_upkeep(installation.keys, date(RETAINED_UNTIL.year + 1, 1, 1))
    assert installation.rows("upload") == []


# --- taking it back, and what is told of it ------------------------------------------------------


def two_waves(installation, **said):
    """Two imported waves of twelve citizens each, every principle scored; the second higher."""
    keys = ("hopes", "resources", "network", "respect", "early", "coordination", "followup",
            "evidence")  # fmt: skip
    for year, base in ((2020, 40), (2021, 60)):
        lines = [
            ";".join([f"b-{n}", ("home", "house")[n % 2],
                      *(str(base + (n * 7 + place * 3) % 20) for place in range(8))])
            for n in range(12)
        ]  # fmt: skip
        bring_in(
            installation, csv_of(";".join(["nr", "afdeling", *keys]), *lines), FileKind.SCORES,
            audience="citizen", label_da=f"Måling {year}", opens_on=f"{year}-09-01",
            closes_on=f"{year}-09-30", **(said if year == 2020 else {}),
        )  # fmt: skip


def test_taking_an_import_back_removes_every_row_of_it(installation: Installation):
    before = installation.contents()
    wave_id = bring_in(installation, ANSWERS)
    with installation.context():
        assert importing.undo_import(installation.project_id, wave_id) == 7
    assert installation.contents() == before


def test_an_import_stays_once_a_release_holds_it_also_an_unpublished_one(
    installation: Installation,
):
    two_waves(installation)
    with installation.context():
        prepare_release(installation.project_id, installation.clock.today)
        (first, _) = importing.find_imported_waves(installation.project_id)
        assert importing.releases_holding(installation.project_id, first) == [1]
        rules = refused(lambda: importing.undo_import(installation.project_id, first.id))
    assert rules == ["import_released"]
    assert len(installation.rows("response")) == 24


def test_no_wave_comes_in_once_results_were_worked_out(installation: Installation):
    two_waves(installation)
    with installation.context():
        prepare_release(installation.project_id, installation.clock.today)
    assert refused(lambda: bring_in(installation, ANSWERS)) == ["import_after_release"]
    assert len(installation.rows("response")) == 24


def test_a_wave_that_was_asked_here_cannot_be_taken_back(installation: Installation):
    with installation.context():
        rules = refused(
            lambda: importing.undo_import(installation.project_id, installation.waves["baseline"])
        )
    assert rules == ["unknown_choice"]


def test_a_release_compares_what_kept_its_wording_and_is_silent_on_the_rest(
    installation: Installation,
):
    two_waves(installation, framework="recovery-2020")
    with installation.context():
        number = prepare_release(installation.project_id, installation.clock.today)
        figures = find_release(installation.project_id, number).figures
    verdicts = {c.principle: str(c.verdict) for c in figures.contrasts if c.audience == "citizen"}
    silent = {key for key, verdict in verdicts.items() if verdict == "wording_changed"}
    assert silent == {"network", "respect", "evidence"}
    means = {(m.principle, m.wave): m.adjusted_mean for m in figures.wave_means}
    assert (
        means["network", "maling-2020" if ("network", "maling-2020") in means else "maaling-2020"]
        is None
    )
    assert means["network", "maaling-2021"] is not None
    assert means["hopes", "maaling-2020"] is not None
