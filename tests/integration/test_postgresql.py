"""The same service on PostgreSQL: a real server, started for these tests alone."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import Installation, answers_of, asked

from survey_service.storage.database import Base, database
from survey_service.web.application import DatabaseNotReady, create_app


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run all acts at the same moment, each in a thread of its own; return what they gave."""
    barrier = threading.Barrier(len(acts))
    found: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        barrier.wait()
        found[place] = act()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return found


def test_the_migrations_lead_to_the_models(postgresql: Installation) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with postgresql.context(), database.engine.connect() as connection:
        assert connection.dialect.name == "postgresql"
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_an_empty_database_is_refused_with_the_command(tmp_path: Path, empty_url: str) -> None:
    (tmp_path / "settings.toml").write_text(f'database = "{empty_url}"\n')
    with pytest.raises(DatabaseNotReady, match=r"found none; run: survey-service .* upgrade"):
        create_app(tmp_path)


def test_people_answer_resume_send_and_withdraw(postgresql: Installation) -> None:
    [code] = postgresql.invite("p1", contact="borger@kommune.example")
    postgresql.visitor().enter(code).answer_first(3, value="2")
    visitor = postgresql.visitor().enter(code)
    assert 'href="/svar/4"' in visitor.html
    assert visitor.question(2).chosen == []
    visitor.answer(None)
    visitor.question(4).answer("5")
    visitor.question(5).answer("dk")
    visitor.question(5).submit("/svar/5", clear="1")
    visitor.question(32).answer("Ære være 💚")
    visitor.question(32).answer("Andre ord")
    visitor.send()
    assert visitor.path == "/tak"
    keys = asked()
    assert list(answers_of(postgresql).values()) == [
        {keys[0]: "alone", keys[1]: "2", keys[2]: "2", keys[3]: "5", "comment": "written"}
    ]
    scores = {row["measure"]: row["score"] for row in postgresql.rows("score")}
    assert scores["hopes"] == 50.0  # (25 + 25 + 100) / 3
    assert postgresql.visitor().enter(code).status == 400
    someone = postgresql.visitor().get("/fortryd")
    someone.submit("/fortryd", code=visitor.withdrawal_code or "")
    assert someone.path == "/trukket-tilbage"
    for table in ("response", "answer", "score", "free_text"):
        assert postgresql.rows(table) == []


def test_a_draft_is_deleted_at_the_press_of_a_button(postgresql: Installation) -> None:
    [code] = postgresql.invite("p1")
    untouched = postgresql.contents()
    visitor = postgresql.visitor()
    visitor.enter(code).answer_first(2)
    visitor.get("/stop").submit("/slet")
    assert visitor.path == "/slettet"
    assert postgresql.contents() == untouched


def test_an_open_link_admits_anonymously(postgresql: Installation) -> None:
    visitor = postgresql.visitor().get(f"/aaben/{postgresql.open_link()}")
    visitor.answer_first(2)
    visitor.send()
    assert visitor.withdrawal_code is None
    [response] = postgresql.rows("response")
    assert response["pseudonym"] is None


def test_closing_keeps_what_was_sent_and_nothing_that_leads_to_people(
    postgresql: Installation,
) -> None:
    sent, draft, _unused = postgresql.invite("p1", "p2", "p3")
    visitor = postgresql.visitor()
    visitor.enter(sent).answer_first(4)
    visitor.send()
    withdrawal_code = visitor.withdrawal_code or ""
    postgresql.visitor().enter(draft).answer_first(4)
    scores = postgresql.rows("score")
    postgresql.close_wave()
    [response] = postgresql.rows("response")
    assert (response["code_hash"], response["sent_week"], response["is_sent"]) == (None, None, True)
    by_measure = {row["measure"]: row for row in postgresql.rows("score")}
    assert by_measure == {row["measure"]: row for row in scores}
    assert len(postgresql.rows("answer")) == 4
    for table in ("admission", "invitation", "open_link"):
        assert postgresql.rows(table) == []
    counts = {row["audience"]: row["sent"] for row in postgresql.rows("response_count")}
    assert counts.pop("citizen") == 1
    assert set(counts.values()) <= {0}
    someone = postgresql.visitor().get("/fortryd").submit("/fortryd", code=withdrawal_code)
    assert someone.path == "/trukket-tilbage"


def test_one_code_entered_in_many_browsers_at_once_begins_one_response(
    postgresql: Installation,
) -> None:
    for code in postgresql.invite(*map(str, range(5))):
        visitors = [postgresql.visitor().get("/") for _ in range(4)]
        forms = [visitor.form("/") | {"code": code} for visitor in visitors]
        together(
            *(
                lambda visitor=visitor, form=form: visitor.post("/", **form)  # type: ignore[misc]
                for visitor, form in zip(visitors, forms, strict=True)
            )
        )
        assert [visitor.path for visitor in visitors] == ["/om"] * 4
    assert len(postgresql.rows("response")) == 5


def test_what_is_sent_twice_at_once_is_sent_once(postgresql: Installation) -> None:
    for code in postgresql.invite(*map(str, range(5))):
        visitors = [postgresql.visitor().enter(code) for _ in range(3)]
        visitors[0].answer_first(3)
        forms = [visitor.get("/gennemse").form("/send") for visitor in visitors]
        together(
            *(
                lambda visitor=visitor, form=form: visitor.post("/send", **form)  # type: ignore[misc]
                for visitor, form in zip(visitors, forms, strict=True)
            )
        )
        assert [visitor.path for visitor in visitors] == ["/tak"] * 3


def test_answers_saved_while_sending_are_either_scored_or_refused(
    postgresql: Installation,
) -> None:
    from survey_service.catalogue import load_instrument
    from survey_service.measurement.scoring import score_response

    for code in postgresql.invite(*map(str, range(8))):
        sender, saver = postgresql.visitor(), postgresql.visitor()
        sender.enter(code).answer_first(3, value="1")
        saver.enter(code).question(4)
        fields = saver.form("/svar/4") | {"answer": "5"}
        whole = sender.get("/gennemse").form("/send")
        together(
            lambda: sender.post("/send", **whole),  # noqa: B023
            lambda: saver.post("/svar/4", **fields),  # noqa: B023
        )
        assert sender.path == "/tak"
    instrument = load_instrument("citizen", 1)
    stored = answers_of(postgresql)
    for response_id, answers in stored.items():
        expected = {score.measure: score.score for score in score_response(instrument, answers)}
        kept = {
            row["measure"]: row["score"]
            for row in postgresql.rows("score")
            if row["response_id"] == response_id
        }
        assert kept == expected


def test_a_wave_that_closes_meanwhile_loses_nothing_sent_and_keeps_no_draft(
    postgresql: Installation,
) -> None:
    codes = postgresql.invite(*map(str, range(8)))
    visitors = [postgresql.visitor().enter(code) for code in codes]
    for visitor in visitors:
        visitor.answer_first(2)
    sending = [(visitor, visitor.get("/gennemse").form("/send")) for visitor in visitors[:4]]
    saving = [
        (visitor, visitor.question(3).form("/svar/3") | {"answer": "1"}) for visitor in visitors[4:]
    ]
    newcomer = postgresql.invite("late")[0]
    entering = postgresql.visitor().get("/")
    entering_form = entering.form("/") | {"code": newcomer}
    together(
        postgresql.close_wave,
        lambda: entering.post("/", **entering_form),
        *(lambda v=v, f=f: v.post("/send", **f) for v, f in sending),  # type: ignore[misc]
        *(lambda v=v, f=f: v.post("/svar/3", **f) for v, f in saving),  # type: ignore[misc]
    )
    kept = postgresql.rows("response")
    assert all(response["is_sent"] for response in kept)
    assert all(response["code_hash"] is None for response in kept)
    stored = answers_of(postgresql)
    assert set(stored) == {response["id"] for response in kept}
    assert all(len(answers) == 2 for answers in stored.values())
    assert all(visitor.status in {200, 404, 409} for visitor in visitors)


def test_a_batch_is_mailed_once_and_reminded_once_a_day_however_many_ask(
    postgresql: Installation,
) -> None:
    from survey_service.fieldwork.batches import load_invited
    from survey_service.fieldwork.invitations import BatchKind, Contact, Invitee, invite_batch
    from survey_service.storage import invitations as storage
    from survey_service.storage.database import reading, writing

    contact = Contact("Ib", (), "ib@example.org")
    invitee = Invitee(postgresql.units["house"], "citizen", "p1", "da", contact.to_text())
    with postgresql.context():
        wave_id = postgresql.waves["baseline"]
        batch_id = invite_batch(
            postgresql.keys, wave_id, BatchKind.LIST, [invitee], postgresql.clock.today
        )
        batch = storage.find_batch(reading(), batch_id)
        assert batch is not None
        [person] = load_invited(postgresql.keys, batch)
        assert person.contact == contact
        assert storage.find_invitations(reading(), batch_id)[0].is_mailed is False

    def claim() -> bool:
        with postgresql.context(), writing() as session:
            return storage.claim_for_mail(session, person.invitation_id)

    def count() -> bool:
        with postgresql.context(), writing() as session:
            return storage.count_reminder(session, batch_id, postgresql.clock.today, 2)

    assert sorted(together(claim, claim, claim)) == [False, False, True]
    assert sorted(together(count, count, count)) == [False, False, True]
    visitor = postgresql.visitor()
    visitor.get("/k").submit("/k", token=person.token)
    assert visitor.path == "/om"
    with postgresql.context():
        assert not storage.is_answered(reading(), person.code_hash)


def test_entries_of_the_audit_log_written_at_once_form_one_chain(postgresql: Installation) -> None:
    from audit_builder import add_entries, chain_of

    together(*(lambda: add_entries(postgresql, 15) for _ in range(4)))
    state = chain_of(postgresql)
    assert (state.entry_count, state.holds) == (60, True)
