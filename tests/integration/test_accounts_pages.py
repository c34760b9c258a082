"""Who makes and changes accounts, on the pages: within one's own municipality, never upwards."""

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from accounts_builder import NAME, PASSWORD, account_of, add_neighbour, add_person, enter
from argon2 import PasswordHasher
from builders import Installation, Visitor

from survey_service.accounts import administration, passwords
from survey_service.accounts.administration import AccountUnknown, Scope
from survey_service.accounts.roles import Role
from survey_service.accounts.scope import visible_units
from survey_service.faults import InputRefused

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
LIST = "/arbejdsrum/brugere"
ANNA, ROSE = "anna@service.example", "rose@randers.example"


@pytest.fixture(autouse=True)
def anna(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """The administrator for all municipalities."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", quick)
    return add_person(installation, ANNA, Role.ADMINISTRATOR, everywhere=True)


@pytest.fixture
def rose(installation: Installation) -> UUID:
    """The administrator of the installation's municipality."""
    return add_person(installation, ROSE, Role.ADMINISTRATOR)


def shown_password(visitor: Visitor) -> str:
    """The one-time password on the page."""
    found = re.search(r'account-secret"><code[^>]*>([^<]+)<', visitor.html)
    assert found, visitor.text
    return found[1]


def rules_of(refused: pytest.ExceptionInfo[InputRefused]) -> list[tuple[str, str]]:
    return [(fault.field, fault.rule) for fault in refused.value.faults]


# ---- Adding ----


@pytest.mark.usefixtures("rose")
def test_an_added_user_signs_in_with_the_shown_password_and_chooses_their_own(
    installation: Installation, visitor: Visitor
) -> None:
    enter(visitor, ROSE).get(f"{LIST}/ny")
    house = str(installation.units["house"])
    form = f"{LIST}/ny?kommune=randers"
    visitor.submit(form, name=" Lea@Randers.example ", role="unit_leader", units=house)
    password = shown_password(visitor)
    assert "/arbejdsrum/log-ind" in visitor.text
    newcomer = enter(installation.visitor(), "lea@randers.example", password)
    assert newcomer.heading == "Vælg din egen adgangskode"
    [row] = [row for row in installation.rows("account") if row["name"] == "lea@randers.example"]
    assert (row["role"], row["municipality_id"]) == ("unit_leader", installation.municipality_id)
    assert password not in repr(installation.contents())
    with installation.context():
        assert visible_units(UUID(str(row["id"])), installation.municipality_id) == {"house"}


def test_an_administrator_for_all_first_chooses_the_municipality(
    installation: Installation, visitor: Visitor
) -> None:
    add_neighbour(installation)
    enter(visitor, ANNA).get(f"{LIST}/ny")
    assert "Tilføj brugeren" not in visitor.text
    for key, offered in (("herning", "Evaluator"), ("alle", "Administrator")):
        visitor.get(f"{LIST}/ny?kommune={key}")
        assert offered in visitor.text
    assert "Evaluator" not in visitor.text
    visitor.submit(f"{LIST}/ny?kommune=alle", name="ida@service.example", role="administrator")
    assert shown_password(visitor)
    [row] = [row for row in installation.rows("account") if row["name"] == "ida@service.example"]
    assert row["municipality_id"] is None


@pytest.mark.usefixtures("rose")
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "Skriv brugerens e-mail."),
        ({"name": ROSE}, f"Der er allerede en bruger med navnet {ROSE}."),
        ({"name": "x" * 201}, "Skriv højst 200 tegn. Du har skrevet 201."),
        ({"role": ""}, "Vælg en af mulighederne."),
        ({"role": "king"}, "Vælg en af mulighederne."),
        ({"role": "unit_leader"}, "Vælg mindst én afdeling til afdelingslederen."),
        ({"role": "viewer", "units": str(uuid4())}, "Vælg en af mulighederne."),
        ({"role": "viewer", "units": "no id"}, "Vælg en af mulighederne."),
    ],
)
def test_what_cannot_be_added_is_told_and_adds_nobody(
    installation: Installation, visitor: Visitor, fields: dict[str, str], message: str
) -> None:
    before = installation.rows("account")
    enter(visitor, ROSE).get(f"{LIST}/ny")
    typed = {"name": "ny@randers.example", "role": "viewer"} | fields
    visitor.submit(f"{LIST}/ny?kommune=randers", **typed)
    assert visitor.status == 400
    assert message in visitor.text
    assert installation.rows("account") == before


@pytest.mark.usefixtures("rose")
def test_roles_that_work_on_whole_projects_are_not_limited_to_units(
    installation: Installation, visitor: Visitor
) -> None:
    enter(visitor, ROSE).get(f"{LIST}/ny")
    typed = {"name": "ny@randers.example", "units": str(installation.units["house"])}
    for role in ("administrator", "evaluator"):
        visitor.submit(f"{LIST}/ny?kommune=randers", role=role, **typed)
        assert "Fjern afdelingerne, eller vælg en anden rolle." in visitor.text


@pytest.mark.usefixtures("installation")
def test_no_municipality_is_chosen_for_anybody(visitor: Visitor) -> None:
    enter(visitor, ANNA).get(f"{LIST}/ny")
    places = visitor.html.split('id="kommune"', 1)[1].split("</select>", 1)[0]
    assert " selected" not in places
    assert re.findall(r'value="(\w*)"', places)[0] == ""
    assert '<a href="#kommune">Kommune: Vælg en kommune' in visitor.get(f"{LIST}/ny?kommune=").html
    assert "Tilføj brugeren" not in visitor.text


def test_without_units_one_is_told_where_to_make_them(
    installation: Installation, visitor: Visitor
) -> None:
    add_neighbour(installation)
    enter(visitor, ANNA).get(f"{LIST}/ny?kommune=herning")
    assert "Kommunen har ingen afdelinger endnu." in visitor.text
    assert 'href="/arbejdsrum/projekt/nyt"' in visitor.html
    assert "ingen afdelinger endnu" not in visitor.get(f"{LIST}/ny?kommune=randers").text


@pytest.mark.usefixtures("rose")
def test_an_administrator_of_one_municipality_makes_none_for_all_or_for_another(
    installation: Installation, visitor: Visitor
) -> None:
    neighbour = add_neighbour(installation)
    enter(visitor, ROSE).get(f"{LIST}/ny?kommune=alle")
    assert "Alle kommuner" not in visitor.text
    fields = visitor.form(f"{LIST}/ny?kommune=randers")
    for asked in ("alle", "herning"):
        name = f"{asked}@x.example"
        visitor.post(f"{LIST}/ny?kommune={asked}", **fields, name=name, role="administrator")
        [row] = [row for row in installation.rows("account") if row["name"] == name]
        assert row["municipality_id"] == installation.municipality_id
    rose = next(row["id"] for row in installation.rows("account") if row["name"] == ROSE)
    actor = account_of(installation, UUID(str(rose)))
    for place in (None, neighbour):
        with installation.context(), pytest.raises(InputRefused) as refused:
            administration.add_account(actor, "ny@x.example", Scope("administrator", place), NOW)
        assert rules_of(refused) == [("municipality", "unknown_choice")]


def test_units_of_another_municipality_cannot_be_given(
    installation: Installation, anna: UUID
) -> None:
    neighbour = add_neighbour(installation)
    scope = Scope("viewer", neighbour, frozenset({installation.units["house"]}))
    with installation.context(), pytest.raises(InputRefused) as refused:
        administration.add_account(account_of(installation, anna), "ny@x.example", scope, NOW)
    assert rules_of(refused) == [("units", "unknown_choice")]


def test_only_administrators_are_for_all_municipalities(installation: Installation) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with installation.context(), pytest.raises(InputRefused) as refused:
            administration.add_account(None, "ny@x.example", Scope(role, None), NOW)
        assert rules_of(refused) == [("role", "role_needs_municipality")]


# ---- The list ----


@pytest.mark.usefixtures("rose")
def test_the_list_holds_ones_own_municipality_or_all(
    installation: Installation, visitor: Visitor
) -> None:
    neighbour = add_neighbour(installation)
    add_person(installation, "hans@herning.example", municipality_id=neighbour)
    add_person(installation, "lea@randers.example", Role.UNIT_LEADER, units=("house", "home"))
    text = enter(visitor, ROSE).get(LIST).text
    assert "Botilbud, Psykiatriens Hus" in text
    assert "Herning" not in text
    assert "herning" not in text
    assert ANNA not in text
    text = enter(installation.visitor(), ANNA).get(LIST).text
    for told in ("hans@herning.example", "Herning Kommune", ROSE, f"{ANNA} (dig selv)"):
        assert told in text


# ---- Changing ----


def test_another_role_ends_the_sessions_under_the_former_one(
    installation: Installation, visitor: Visitor
) -> None:
    eva = add_person(installation)
    session = enter(installation.visitor())
    assert session.get("/arbejdsrum/").path == "/arbejdsrum/"
    page = f"{LIST}/{eva}"
    enter(visitor, ANNA).get(page).submit(f"{page}?kommune=randers", role="viewer")
    assert f"Ændringen for {NAME} er gemt." in visitor.text
    assert account_of(installation, eva).role == "viewer"
    assert session.get("/arbejdsrum/").path == "/arbejdsrum/log-ind"


def test_the_form_shows_what_is_and_stores_what_is_chosen(
    installation: Installation, visitor: Visitor
) -> None:
    lea = add_person(installation, "lea@randers.example", Role.UNIT_LEADER, units=("house",))
    page, home = f"{LIST}/{lea}", str(installation.units["home"])
    enter(visitor, ANNA).get(page)
    checked = re.findall(r'value="([^"]+)" checked', visitor.html)
    assert checked == ["unit_leader", str(installation.units["house"])]
    visitor.submit(f"{page}?kommune=randers", role="case_reviewer", units=home)
    with installation.context():
        stored = administration.scope_of(account_of(installation, lea))
    expected = frozenset({installation.units["home"]})
    assert stored == Scope("case_reviewer", installation.municipality_id, expected)


def test_a_disabled_user_is_out_at_once_and_comes_back_when_enabled(
    installation: Installation, visitor: Visitor
) -> None:
    eva = add_person(installation)
    session, page = enter(installation.visitor()), f"{LIST}/{eva}/deaktiver"
    enter(visitor, ANNA).get(page)
    assert "logget ud alle steder" in visitor.text
    visitor.submit(page)
    assert f"{NAME} er deaktiveret." in visitor.text
    assert session.get("/arbejdsrum/").path == "/arbejdsrum/log-ind"
    assert enter(installation.visitor()).status == 400
    visitor.get(f"{LIST}/{eva}/aktiver").submit(f"{LIST}/{eva}/aktiver")
    assert session.get("/arbejdsrum/").path == "/arbejdsrum/log-ind"
    assert enter(installation.visitor()).path == "/arbejdsrum/"


def test_a_reset_gives_a_one_time_password_and_takes_the_second_step_away(
    installation: Installation, visitor: Visitor
) -> None:
    from survey_service.storage import accounts
    from survey_service.storage.database import writing

    eva = add_person(installation)
    with installation.context(), writing() as session:
        accounts.set_totp_secret(session, eva, b"sealed", 1)
        accounts.set_recovery_codes(session, eva, ["hash"])
    page = f"{LIST}/{eva}/nulstil"
    password = shown_password(enter(visitor, ANNA).get(page).submit(page))
    assert enter(installation.visitor(), NAME, PASSWORD).status == 400
    newcomer = enter(installation.visitor(), NAME, password)
    assert newcomer.heading == "Vælg din egen adgangskode"
    assert not account_of(installation, eva).has_two_step
    assert installation.rows("recovery_code") == []


def test_nobody_changes_disables_or_resets_themselves(
    installation: Installation, anna: UUID, visitor: Visitor
) -> None:
    before = account_of(installation, anna)
    page = f"{LIST}/{anna}"
    enter(visitor, ANNA).get(page)
    assert "Det er din egen konto." in visitor.text
    token = visitor.get(f"{page}/deaktiver").form(f"{page}/deaktiver")
    for address in (f"{page}/deaktiver", f"{page}/nulstil", f"{page}?kommune=randers"):
        visitor.post(address, **token, role="viewer")
        assert visitor.status in {400, 409}
        assert "Bed en anden administrator" in visitor.text
    assert account_of(installation, anna) == before


def test_the_last_administrator_for_all_stays(installation: Installation, anna: UUID) -> None:
    place = installation.municipality_id
    for change in (
        lambda: administration.disable(None, anna),
        lambda: administration.change_scope(None, anna, Scope("administrator", place)),
    ):
        with installation.context(), pytest.raises(InputRefused) as refused:
            change()
        assert rules_of(refused) == [("account", "last_administrator")]
    second = add_person(installation, "ida@x.example", Role.ADMINISTRATOR, everywhere=True)
    with installation.context():
        administration.disable(None, anna)
        with pytest.raises(InputRefused):
            administration.disable(None, second)
        administration.enable(None, anna)
        administration.change_scope(None, second, Scope("viewer", place))


def test_an_administrator_of_one_municipality_reaches_no_account_beyond_it(
    installation: Installation, anna: UUID, rose: UUID
) -> None:
    hans = add_person(installation, "hans@x.example", municipality_id=add_neighbour(installation))
    actor, before = account_of(installation, rose), installation.rows("account")
    scope = Scope("viewer", installation.municipality_id)
    for target in (anna, hans, uuid4()):
        for change in (
            lambda found: administration.find_managed(actor, found),
            lambda found: administration.change_scope(actor, found, scope),
            lambda found: administration.disable(actor, found),
            lambda found: administration.enable(actor, found),
            lambda found: administration.reset_password(actor, found, NOW),
        ):
            with installation.context(), pytest.raises(AccountUnknown):
                change(target)
    assert installation.rows("account") == before


def test_case_reviewers_see_the_projects_name_and_what_their_role_is_for(
    installation: Installation, visitor: Visitor
) -> None:
    add_person(installation, "carl@randers.example", Role.CASE_REVIEWER)
    enter(visitor, "carl@randers.example")
    address = f"/arbejdsrum/projekt/{installation.project_id}/sagsgennemgang"
    assert f'href="{address}"' in visitor.html
    assert "Fælles mål" in visitor.text
    assert visitor.get(address).heading == "Sagsgennemgang"
    assert visitor.get(f"/arbejdsrum/projekt/{installation.project_id}/resultater").status == 403
