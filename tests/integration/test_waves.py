"""Waves: their steps, who gets a code, and what closing takes away."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from builders import RETAINED_UNTIL, TODAY, Installation, count_queries

from survey_service.fieldwork.access_codes import read_code
from survey_service.fieldwork.counting import take_counts
from survey_service.fieldwork.invitations import (
    InvitationRefused,
    Invitee,
    invite,
    pseudonym_of,
)
from survey_service.fieldwork.waves import WaveStepRefused
from survey_service.storage import counts, projects
from survey_service.storage.database import database, reading
from survey_service.storage.keys import Key, KeyRefused

Build = Callable[..., Installation]


# ---- Steps ----


def test_opening_dates_the_projects_plan_once(build: Build) -> None:
    installation = build(open_first=False)
    assert installation.rows("project")[0]["registered_on"] is None
    installation.open_wave("baseline")
    installation.clock.today = TODAY + timedelta(days=300)
    installation.open_wave("final")
    assert installation.rows("project")[0]["registered_on"] == TODAY


def days(installation: Installation, wave: str = "baseline") -> tuple[date, date]:
    [row] = [row for row in installation.rows("wave") if row["key"] == wave]
    return row["opens_on"], row["closes_on"]


@pytest.mark.parametrize(
    ("opened", "last_day"),
    [
        (date(2026, 2, 20), date(2026, 4, 1)),
        (date(2026, 3, 20), date(2026, 4, 1)),
        (date(2026, 4, 3), date(2026, 4, 3)),
    ],
)
def test_a_waves_first_day_is_the_one_it_was_opened_on(
    build: Build, opened: date, last_day: date
) -> None:
    # Planned from 4 March to 1 April.
    installation = build(open_first=False)
    installation.clock.today = opened
    installation.open_wave()
    assert days(installation) == (opened, last_day)
    assert days(installation, "final") == (TODAY, date(2026, 4, 1))


@pytest.mark.parametrize("closed", [TODAY, date(2026, 3, 30), date(2026, 4, 20)])
def test_a_waves_last_day_is_the_one_it_was_closed_on(
    installation: Installation, closed: date
) -> None:
    installation.clock.today = closed
    installation.close_wave()
    assert days(installation) == (TODAY, closed)


def test_a_closing_that_is_finished_later_keeps_its_day(installation: Installation) -> None:
    installation.close_wave()
    installation.clock.today = TODAY + timedelta(days=2)
    installation.close_wave()
    assert days(installation) == (TODAY, TODAY)


@pytest.mark.parametrize("steps", ["open open", "close", "open close open"])
def test_a_wave_takes_its_steps_in_order_only(build: Build, steps: str) -> None:
    installation = build(open_first=False)
    take = {"open": installation.open_wave, "close": installation.close_wave}
    *allowed, refused = steps.split()
    for step in allowed:
        take[step]()
    before = installation.contents()
    with pytest.raises(WaveStepRefused, match="wave baseline: expected"):
        take[refused]()
    assert installation.contents() == before


def test_a_closing_that_was_cut_short_is_finished_by_calling_again(
    installation: Installation,
) -> None:
    installation.close_wave()
    installation.keys.create_wave_key(installation.waves["baseline"])
    installation.close_wave()
    with pytest.raises(KeyRefused):
        installation.keys.wave_key(installation.waves["baseline"])


def test_closing_one_wave_leaves_the_others_alone(build: Build) -> None:
    installation = build()
    installation.open_wave("final")
    [first], [second] = installation.invite("p1"), installation.invite("p1", wave="final")
    one, other = installation.visitor(), installation.visitor()
    one.enter(first).answer_first(4)
    other.enter(second).answer_first(4)
    installation.close_wave("baseline")
    assert other.question(5).status == 200
    assert len(installation.rows("answer")) == 4
    assert len(installation.rows("admission")) == 1
    other.send()
    assert len(installation.rows("response")) == 1


def test_closing_keeps_what_was_sent_and_how_many_they_were(installation: Installation) -> None:
    codes = installation.invite("p1", "p2", "p3")
    for code in codes[:2]:
        visitor = installation.visitor()
        visitor.enter(code).answer_first(4)
        visitor.send()
    before = installation.contents()
    installation.close_wave()
    after = installation.contents()
    for table in ("answer", "score"):
        assert after[table] == before[table]
    [count] = [row for row in installation.rows("response_count") if row["sent"]]
    assert (count["audience"], count["sent"], count["as_of"]) == ("citizen", 2, TODAY)
    [unit] = [row for row in installation.rows("unit_count") if row["sent"]]
    assert (unit["unit_id"], unit["sent"]) == (installation.units["house"], 2)


# ---- Codes ----


def test_everybody_invited_gets_a_code_of_their_own_in_their_order(
    installation: Installation,
) -> None:
    codes = installation.invite("p1", "p2", "p3")
    assert len({read_code(code) for code in codes}) == 3
    installation.visitor().enter(codes[1])
    [response] = installation.rows("response")
    assert response["pseudonym"] == pseudonym_of(
        installation.keys.project_key(installation.project_id), "citizen", "p2"
    )


def test_a_person_is_linked_across_waves_and_not_across_projects_or_audiences() -> None:
    key, other = Key(b"1" * 32), Key(b"2" * 32)
    linked = pseudonym_of(key, "citizen", "p1")
    assert pseudonym_of(key, "citizen", " p1 ") == linked
    assert len({linked, pseudonym_of(other, "citizen", "p1"), pseudonym_of(key, "staff", "p1"),
                pseudonym_of(key, "citizen", "p2")}) == 4  # fmt: skip


def test_the_response_belongs_to_the_unit_audience_and_version_of_the_invitation(
    installation: Installation,
) -> None:
    [code] = installation.invite("p1", audience="staff", unit="home")
    installation.visitor().enter(code)
    [response] = installation.rows("response")
    assert response["unit_id"] == installation.units["home"]
    assert response["audience"] == "staff"
    assert (response["instrument_key"], response["instrument_version"]) == ("staff", 1)
    assert response["notice_version"] == "1"


def test_the_one_who_has_a_code_already_gets_no_second(installation: Installation) -> None:
    installation.invite("p1")
    before = installation.contents()
    with pytest.raises(InvitationRefused, match="already has a code"):
        installation.invite("p2", "p1")
    with pytest.raises(InvitationRefused, match="listed twice"):
        installation.invite("p3", "p3")
    assert installation.contents() == before


# Fictitious: the running number 0000 is never issued.
CPR_LIKE = ["010190-0000", "0101900000", "010190 0000", "x 010190-0000", "311299-0000 (mor)",
            "710190-0000", "610190-0000", "01-01-90-0000", "01.01.90-0000", "010190–0000",
            "010190 - 0000", "01 01 90 0000"]  # fmt: skip


@pytest.mark.parametrize("reference", [*CPR_LIKE, "", "   "])
def test_a_reference_that_looks_like_a_cpr_number_is_refused_without_repeating_it(
    installation: Installation, reference: str
) -> None:
    before = installation.contents()
    with pytest.raises(InvitationRefused) as refusal:
        installation.invite("fine", reference)
    assert "0000" not in str(refusal.value)
    assert installation.contents() == before


@pytest.mark.parametrize("reference", ["p1", "B-017", "house/42", "2026-12", "123456789", "æøå 7"])
def test_an_ordinary_reference_is_taken(installation: Installation, reference: str) -> None:
    assert len(installation.invite(reference)) == 1


def test_no_code_is_issued_for_an_audience_without_a_questionnaire(
    build: Build,
) -> None:
    installation = build(instruments={"citizen": ("citizen", 1)})
    before = installation.contents()
    with pytest.raises(InvitationRefused, match="wave baseline: no questionnaire for staff"):
        installation.invite("p1", audience="staff")
    with pytest.raises(InvitationRefused, match="no questionnaire for staff"):
        installation.open_link(audience="staff")
    assert installation.contents() == before


@pytest.mark.parametrize("wave", ["planned", "closed"])
def test_codes_and_links_are_issued_while_a_wave_is_open_only(
    installation: Installation, wave: str
) -> None:
    name = "final" if wave == "planned" else "baseline"
    if wave == "closed":
        installation.close_wave()
    with pytest.raises(InvitationRefused, match=f"expected open, found {wave}"):
        installation.invite("p1", wave=name)
    with pytest.raises(InvitationRefused, match=f"expected open, found {wave}"):
        installation.open_link(wave=name)


def test_the_sides_of_a_code_are_stored_apart_and_in_orders_of_their_own(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The rows reach the database through shuffled(); here it turns them round, to show it did.
    monkeypatch.setattr(projects, "shuffled", lambda rows: list(reversed(list(rows))))
    inserted: list[list[object]] = []

    def execute(_session: object, _statement: object, rows: list[dict[str, object]]) -> None:
        inserted.append([row.get("pseudonym") or row.get("sealed_code") for row in rows])

    admissions = [
        projects.NewAdmission(str(number), installation.units["house"], "citizen", f"p{number}",
                              "da", None, f"c{number}".encode())
        for number in range(3)
    ]  # fmt: skip
    session = type("Recorder", (), {"execute": execute})()
    projects.add_admissions(session, installation.waves["baseline"], admissions)
    assert inserted == [["p2", "p1", "p0"], [b"c2", b"c1", b"c0"]]


def test_shuffling_loses_nothing_and_follows_no_seed() -> None:
    import random

    from survey_service.storage.responses import shuffled

    rows = [{"n": number} for number in range(50)]
    random.seed(1)
    once = shuffled(rows)
    random.seed(1)
    assert once != shuffled(rows)
    assert sorted(row["n"] for row in once) == list(range(50))


# ---- Counts ----


def send(installation: Installation, code: str) -> None:
    visitor = installation.visitor()
    visitor.enter(code).answer_first(2)
    visitor.send()


def kept(installation: Installation) -> tuple[date | None, dict[str, int]]:
    with installation.context():
        return counts.find_counts(reading(), installation.waves["baseline"])


def test_an_opened_wave_is_counted_from_nought_for_everybody_asked(
    installation: Installation,
) -> None:
    assert kept(installation) == (TODAY, {"citizen": 0, "relative": 0, "staff": 0})


def test_counts_are_taken_anew_once_a_day(installation: Installation) -> None:
    wave_id = installation.waves["baseline"]
    codes = installation.invite("p1", "p2")
    tomorrow = TODAY + timedelta(days=1)
    send(installation, codes[0])
    with installation.context():
        assert not take_counts(wave_id, TODAY)
        assert take_counts(wave_id, tomorrow)
    send(installation, codes[1])
    with installation.context():
        assert not take_counts(wave_id, tomorrow)
    assert kept(installation) == (tomorrow, {"citizen": 1, "relative": 0, "staff": 0})
    with installation.context():
        assert take_counts(wave_id, tomorrow + timedelta(days=1))
    assert kept(installation)[1]["citizen"] == 2


def test_a_closed_wave_keeps_its_last_count_and_is_not_counted_again(
    installation: Installation,
) -> None:
    send(installation, installation.invite("p1")[0])
    installation.close_wave()
    with installation.context():
        assert not take_counts(installation.waves["baseline"], TODAY + timedelta(days=9))
    assert kept(installation)[1]["citizen"] == 1


def test_drafts_are_not_counted(installation: Installation) -> None:
    installation.visitor().enter(installation.invite("p1")[0]).answer_first(3)
    with installation.context():
        assert counts.count_sent(reading(), installation.waves["baseline"]) == {}


def test_counting_reads_the_index_and_no_response(installation: Installation) -> None:
    def count() -> None:
        with installation.context():
            counts.count_sent_by_unit(reading(), installation.waves["baseline"])

    [statement] = count_queries(installation.app, count)
    with installation.context(), database.engine.connect() as connection:
        values = tuple("x" * statement.count("?"))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    # One step: nothing is sorted either.
    [step] = [row[-1] for row in plan]
    assert "USING COVERING INDEX ix_response_counted" in step


def test_the_promise_on_the_thank_you_page_is_the_projects_date(installation: Installation) -> None:
    visitor = installation.visitor()
    visitor.enter(installation.invite("p1")[0]).answer_first(1)
    assert f"{RETAINED_UNTIL.day}. december {RETAINED_UNTIL.year}" in visitor.send().text


def test_inviting_nobody_issues_nothing(installation: Installation) -> None:
    with installation.context():
        assert invite(installation.keys, installation.waves["baseline"], []) == []


def test_an_unknown_wave_is_refused(installation: Installation) -> None:
    with installation.context(), pytest.raises(WaveStepRefused, match="there is none with this id"):
        invite(
            installation.keys,
            installation.project_id,
            [Invitee(installation.project_id, "citizen", "p")],
        )
