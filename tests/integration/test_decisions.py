"""What is decided after a release: written by leaders, read by all who read results."""

from datetime import date

import pytest
from builders import TODAY, Installation, Visitor

from survey_service.accounts.sign_in import Role, add_user
from survey_service.storage import projects, results
from survey_service.storage.database import writing
from survey_service.storage.tables import AccountUnit

PASSWORD = "fire grønne hatte"
WHOLE = {
    "principle": "network",
    "unit": "",
    "text": "Åbn caféen for naboerne",
    "responsible": "Afdelingsleder",
    "due_on": "2026-06-01",
}


def release(installation: Installation, *, is_published: bool = True) -> None:
    with installation.context(), writing() as session:
        number = results.add_release(
            session, installation.project_id, TODAY, {}, is_published=is_published
        )
    assert number >= 1


def sign_in(
    installation: Installation, role: Role = Role.EVALUATOR, unit: str | None = None
) -> Visitor:
    name = f"{role}@kommune.example"
    with installation.context():
        account_id = add_user(name, PASSWORD, role, installation.municipality_id)
        if unit is not None:
            with writing() as session:
                session.add(AccountUnit(account_id=account_id, unit_id=installation.units[unit]))
    visitor = installation.visitor()
    visitor.get("/arbejdsrum/log-ind")
    return visitor.submit("/arbejdsrum/log-ind", name=name, password=PASSWORD)


def page(installation: Installation) -> str:
    return f"/arbejdsrum/projekt/{installation.project_id}/beslutninger"


def decide(visitor: Visitor, installation: Installation, **typed: str) -> Visitor:
    visitor.get(page(installation))
    return visitor.submit(page(installation), **(WHOLE | typed))


def force(visitor: Visitor, address: str, **fields: str) -> Visitor:
    """Post to an address that the page has no form for, with the page's token all the same."""
    visitor.get("/arbejdsrum/")
    return visitor.post(address, csrf_token=visitor.form("/sprog")["csrf_token"], **fields)


def test_a_decision_stands_under_its_principle_with_role_and_date(
    installation: Installation,
) -> None:
    release(installation)
    visitor = decide(sign_in(installation), installation)
    assert visitor.path == page(installation)
    for words in ("Inddrag borgernes netværk", "Åbn caféen for naboerne", "Alle afdelinger",
                  "Afdelingsleder", "senest 1. juni 2026", "udgivelse nr. 1"):  # fmt: skip
        assert words in visitor.text
    [row] = installation.rows("decision")
    assert (row["decided_on"], row["due_on"], row["done_on"]) == (TODAY, date(2026, 6, 1), None)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"principle": "happiness"}, "Vælg en af mulighederne."),
        ({"unit": "elsewhere"}, "Vælg en af mulighederne."),
        ({"text": "  "}, "Feltet skal udfyldes."),
        ({"text": "x" * 501}, "Skriv højst 500 tegn. Du har skrevet 501."),
        ({"text": "Ring til 010203-1234"}, "ligner et CPR-nummer"),
        ({"responsible": ""}, "Feltet skal udfyldes."),
        ({"responsible": "kari@kommune.example"}, "Skriv en rolle"),
        ({"text": "Skriv til kari@kommune.example"}, "Skriv ingen e-mailadresse"),
        ({"text": "Ring til 89150000 om det"}, "intet telefonnummer"),
        ({"text": "Ring +45 8915 0000"}, "intet telefonnummer"),
        ({"text": "Ring 89 15 00 00."}, "intet telefonnummer"),
        ({"text": "Ring 89-15-00-00"}, "intet telefonnummer"),
        ({"responsible": "Kari, 89 15 00 00"}, "Skriv en rolle"),
        ({"due_on": "2036-03-05"}, "mere end 10 år ude i fremtiden"),
        ({"due_on": "2206-06-01"}, "mere end 10 år ude i fremtiden"),
        ({"due_on": "2026-03-03"}, "Fristen skal være i dag eller senere."),
        ({"due_on": "i morgen"}, "Skriv en dato"),
    ],
)
def test_a_faulty_decision_is_told_kept_on_the_page_and_not_stored(
    installation: Installation, typed: dict[str, str], told: str
) -> None:
    release(installation)
    visitor = decide(sign_in(installation), installation, **typed)
    assert visitor.status == 400
    assert told in visitor.text
    for name, value in (WHOLE | typed).items():
        if name in {"text", "responsible", "due_on"}:
            assert value.strip() in visitor.html
    assert installation.rows("decision") == []


@pytest.mark.parametrize(
    "typed",
    [
        {"text": "Senest 01.06.2026 eller 01-06-2026, og igen 1. juni 2027"},
        {"text": "Afsæt 150000 kr., i alt 10 000 000 kr. i 2026-2027"},
        {"text": "Kaffe @ caféen kl. 10.30-12.00, 3-5 borgere ad gangen"},
        {"due_on": "2036-03-04"},
    ],
)
def test_dates_amounts_and_far_plans_are_no_addresses_and_no_typing_errors(
    installation: Installation, typed: dict[str, str]
) -> None:
    release(installation)
    decide(sign_in(installation), installation, **typed)
    assert len(installation.rows("decision")) == 1


def test_characters_that_paper_does_not_have_are_named_to_who_decides(
    installation: Installation,
) -> None:
    release(installation)
    visitor = decide(sign_in(installation), installation, text="Åbn caféen 😀")
    assert "Beslutningen er gemt." in visitor.text
    assert "bliver til spørgsmålstegn på papir: 😀" in visitor.text
    decide(visitor, installation)
    assert "spørgsmålstegn" not in visitor.text
    assert len(installation.rows("decision")) == 2


def test_nothing_is_decided_before_results_are_published(installation: Installation) -> None:
    release(installation, is_published=False)
    visitor = decide(sign_in(installation), installation)
    assert visitor.status == 400
    assert "ikke udgivet resultater" in visitor.text
    assert installation.rows("decision") == []


def test_a_decision_is_marked_done_and_not_done_after_all(installation: Installation) -> None:
    release(installation)
    visitor = decide(sign_in(installation), installation)
    [row] = installation.rows("decision")
    address = f"/arbejdsrum/beslutning/{row['id']}/udfoert"
    visitor.submit(address)
    assert "Gjort 4. marts 2026" in visitor.text
    visitor.submit(address)
    assert "Gjort" not in visitor.text


def test_what_is_late_is_said(installation: Installation) -> None:
    release(installation)
    visitor = decide(sign_in(installation), installation, due_on="2026-03-04")
    assert "overskredet" not in visitor.text
    installation.clock.today = date(2026, 3, 5)
    assert "overskredet" in visitor.get(page(installation)).text


def test_removing_asks_first(installation: Installation) -> None:
    release(installation)
    visitor = decide(sign_in(installation), installation)
    [row] = installation.rows("decision")
    visitor.get(f"/arbejdsrum/beslutning/{row['id']}/slet")
    assert "kan ikke hentes tilbage" in visitor.text
    assert installation.rows("decision")
    visitor.submit(f"/arbejdsrum/beslutning/{row['id']}/slet")
    assert installation.rows("decision") == []


def test_a_unit_leader_decides_for_own_units_alone(installation: Installation) -> None:
    release(installation)
    own, other = "home", "house"
    decide(sign_in(installation), installation, text="Det hele")
    decide(sign_in(installation, Role.ADMINISTRATOR), installation, unit=other, text="Naboens")
    visitor = sign_in(installation, Role.UNIT_LEADER, own)
    assert decide(visitor, installation).status == 400
    assert decide(visitor, installation, unit=other).status == 400
    decide(visitor, installation, unit=own, text="Vores eget")
    assert "Vores eget" in visitor.text
    assert "Det hele" in visitor.text
    assert "Naboens" not in visitor.text
    for row in installation.rows("decision"):
        if row["text"] != "Vores eget":
            address = f"/arbejdsrum/beslutning/{row['id']}/udfoert"
            assert force(visitor, address).status == 404


def test_a_viewer_reads_and_changes_nothing(installation: Installation) -> None:
    release(installation)
    decide(sign_in(installation), installation)
    visitor = sign_in(installation, Role.VIEWER)
    visitor.get(page(installation))
    assert "Åbn caféen for naboerne" in visitor.text
    assert "Gem beslutningen" not in visitor.text
    assert force(visitor, page(installation), **WHOLE).status == 403


def test_another_municipality_sees_and_changes_nothing(installation: Installation) -> None:
    release(installation)
    decide(sign_in(installation), installation)
    [row] = installation.rows("decision")
    with installation.context():
        with writing() as session:
            elsewhere = projects.add_municipality(session, "herning", "Herning Kommune")
        add_user("h@kommune.example", PASSWORD, Role.EVALUATOR, elsewhere)
    visitor = installation.visitor()
    visitor.get("/arbejdsrum/log-ind")
    visitor.submit("/arbejdsrum/log-ind", name="h@kommune.example", password=PASSWORD)
    assert visitor.get(page(installation)).status == 404
    for address in (page(installation), f"/arbejdsrum/beslutning/{row['id']}/udfoert",
                    f"/arbejdsrum/beslutning/{row['id']}/slet"):  # fmt: skip
        assert force(visitor, address, **WHOLE).status == 404
