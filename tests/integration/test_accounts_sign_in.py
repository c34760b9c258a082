"""Signing in: counted tries, the second step, and sessions that can be ended."""

import re
from datetime import timedelta
from uuid import UUID

import flask
import pyotp
import pytest
from accounts_builder import (
    NAME,
    PASSWORD,
    SIGN_IN,
    Moment,
    account_of,
    add_person,
    enter,
    is_signed_in,
    set_moment,
)
from argon2 import PasswordHasher
from builders import Installation, Visitor

from survey_service.accounts import passwords, sign_in
from survey_service.accounts.lock_out import TooManyTries, forget_old_failures
from survey_service.accounts.roles import Role
from survey_service.accounts.sign_in import change_password, end_sessions
from survey_service.storage.database import writing
from survey_service.web.workspace.signing_in import begin_session

CODE = "/arbejdsrum/log-ind/kode"
TWO_STEP = "/arbejdsrum/min-konto/totrinslogin"
OWN_PASSWORD = "/arbejdsrum/min-konto/adgangskode"
NEW = "tre blå paraplyer"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def moment(installation: Installation) -> Moment:
    return set_moment(installation)


@pytest.fixture(autouse=True)
def eva(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """Somebody who may sign in with NAME and PASSWORD, whose hash costs next to nothing."""
    monkeypatch.setattr(passwords, "_hasher", QUICK)
    return add_person(installation)


def turn_two_step_on(visitor: Visitor, moment: Moment) -> tuple[str, list[str]]:
    """Turn two-step sign-in on as its page says; return the secret and the recovery codes."""
    visitor.get(TWO_STEP)
    found = re.search(r'account-secret"><code[^>]*>([^<]+)<', visitor.html)
    assert found
    secret = found[1].replace(" ", "")
    visitor.submit(TWO_STEP, code=pyotp.TOTP(secret).at(moment.now))
    codes = re.findall(r"<li><code[^>]*>([^<]+)</code></li>", visitor.html)
    assert len(codes) == 10
    return secret, codes


def fail(installation: Installation, name: str = NAME, times: int = 1) -> Visitor:
    """Try a wrong password, from a fresh browser."""
    visitor = installation.visitor()
    for _ in range(times):
        enter(visitor, name, "helt forkert kode")
    return visitor


# ---- Tries are counted ----


def test_after_five_failures_even_the_right_password_has_to_wait(
    installation: Installation, moment: Moment
) -> None:
    assert fail(installation, times=5).status == 400
    visitor = enter(installation.visitor())
    assert visitor.status == 429
    assert "Vent et minut" in visitor.text
    moment.pass_by(seconds=59)
    assert enter(visitor).status == 429
    moment.pass_by(seconds=1)
    assert enter(visitor).path == "/arbejdsrum/"


def test_each_further_failure_doubles_the_wait(installation: Installation, moment: Moment) -> None:
    fail(installation, times=5)
    for minutes in (1, 2, 4, 8, 16, 30, 30):
        visitor = enter(installation.visitor())
        assert visitor.status == 429
        expected = "et minut" if minutes == 1 else f"{minutes} minutter"
        assert f"Vent {expected}," in visitor.text
        moment.pass_by(minutes=minutes)
        assert fail(installation).status == 400


def test_a_success_makes_the_next_five_tries_free_again(installation: Installation) -> None:
    fail(installation, times=4)
    assert enter(installation.visitor()).path == "/arbejdsrum/"
    assert fail(installation, times=5).status == 400


def test_an_unknown_name_waits_and_reads_as_a_known_one_does(installation: Installation) -> None:
    for name in (NAME, "nobody@kommune.example"):
        visitor = fail(installation, name, times=5)
        words = [visitor.text]
        visitor = enter(visitor, name)
        words.append(visitor.text)
        assert visitor.status == 429
        if name == NAME:
            expected = words
        assert words == expected


def test_a_disabled_account_reads_as_a_wrong_password_does(
    installation: Installation, eva: UUID
) -> None:
    from survey_service.storage import accounts

    expected = fail(installation).text
    with installation.context(), writing() as session:
        accounts.set_disabled(session, eva, is_disabled=True)
    assert enter(installation.visitor()).text == expected


class CountingHasher(PasswordHasher):
    """Counts how often a password is held against a hash."""

    count = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - as argon2 calls it
        self.count += 1
        return bool(super().verify(hash, password))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [NAME, "nobody@kommune.example", ""])
def test_a_try_costs_one_hash_whoever_it_names_and_none_while_waiting(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    hasher = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    fail(installation, name)
    assert hasher.count == 1
    fail(installation, name, times=4)
    assert hasher.count == 5
    fail(installation, name, times=3)
    assert hasher.count == 5


def test_a_try_is_counted_before_the_password_is_looked_at(
    installation: Installation, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Many tries at once must not all slip in before the first of them is known to have failed.
    inner: list[type[Exception] | None] = []

    def try_again(_hash: str | None, _password: str) -> bool:
        if len(inner) < 6:
            inner.append(None)
            place = len(inner) - 1
            try:
                sign_in.sign_in(installation.keys, NAME, "x", moment.now)
            except TooManyTries:
                inner[place] = TooManyTries
        return False

    monkeypatch.setattr(passwords, "is_password", try_again)
    with installation.context():
        assert sign_in.sign_in(installation.keys, NAME, "x", moment.now) is None
    assert inner == [None, None, None, None, TooManyTries]


def test_names_that_failed_are_stored_as_keyed_hashes_and_forgotten_after_a_day(
    installation: Installation, moment: Moment
) -> None:
    fail(installation, times=6)
    [row] = installation.rows("sign_in_failure")
    assert re.fullmatch("[0-9a-f]{64}", str(row["name_hash"]))
    with installation.context():
        forget_old_failures(moment.now + timedelta(hours=23))
        assert len(installation.rows("sign_in_failure")) == 1
        forget_old_failures(moment.now + timedelta(hours=25))
    assert installation.rows("sign_in_failure") == []


def test_a_hash_with_older_parameters_is_renewed_when_somebody_signs_in(
    installation: Installation, eva: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = account_of(installation, eva)
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", stronger)
    visitor = enter(installation.visitor())
    after = account_of(installation, eva)
    assert "t=2" in after.password_hash
    assert "t=1" in before.password_hash
    # It is the same password: other browsers stay signed in.
    assert after.session_version == before.session_version
    assert is_signed_in(visitor)


# ---- The second step ----


def test_with_two_step_sign_in_the_password_alone_gives_no_rights(
    installation: Installation, visitor: Visitor, moment: Moment
) -> None:
    secret, _ = turn_two_step_on(enter(visitor), moment)
    moment.pass_by(minutes=1)
    newcomer = enter(installation.visitor())
    assert newcomer.path == CODE
    assert newcomer.client.get("/arbejdsrum/").headers["Location"] == SIGN_IN
    newcomer.get(CODE).submit(CODE, code=pyotp.TOTP(secret).at(moment.now))
    assert newcomer.path == "/arbejdsrum/"
    assert is_signed_in(newcomer)


def test_the_time_between_the_steps_is_five_minutes(
    installation: Installation, visitor: Visitor, moment: Moment
) -> None:
    secret, _ = turn_two_step_on(enter(visitor), moment)
    newcomer = enter(installation.visitor())
    moment.pass_by(minutes=4, seconds=59)
    assert newcomer.get(CODE).path == CODE
    moment.pass_by(seconds=2)
    code = pyotp.TOTP(secret).at(moment.now)
    assert newcomer.submit(CODE, code=code).path == SIGN_IN
    assert not is_signed_in(newcomer)


def test_a_code_is_good_once_even_in_its_own_half_minute(
    installation: Installation, visitor: Visitor, moment: Moment
) -> None:
    secret, _ = turn_two_step_on(enter(visitor), moment)
    set_up_with = pyotp.TOTP(secret).at(moment.now)
    second = enter(installation.visitor())
    assert second.submit(CODE, code=set_up_with).status == 400
    moment.pass_by(seconds=30)
    code = pyotp.TOTP(secret).at(moment.now)
    assert second.submit(CODE, code=code).path == "/arbejdsrum/"
    third = enter(installation.visitor())
    assert third.submit(CODE, code=code).status == 400
    # Nor is an earlier code once a later one was used.
    assert third.submit(CODE, code=set_up_with).status == 400
    moment.pass_by(seconds=30)
    assert third.submit(CODE, code=pyotp.TOTP(secret).at(moment.now)).path == "/arbejdsrum/"


def test_a_recovery_code_is_good_once_however_it_is_written(
    installation: Installation, visitor: Visitor, moment: Moment
) -> None:
    _, codes = turn_two_step_on(enter(visitor), moment)
    written = codes[3].replace("-", " ").lower().replace("0", "o").replace("1", "l")
    assert enter(installation.visitor()).submit(CODE, code=written).path == "/arbejdsrum/"
    assert enter(installation.visitor()).submit(CODE, code=codes[3]).status == 400
    assert enter(installation.visitor()).submit(CODE, code=codes[4]).path == "/arbejdsrum/"
    assert "ikke har brugt: 8" in visitor.get("/arbejdsrum/min-konto").text


def test_codes_are_counted_apart_and_the_password_gives_no_new_tries(
    installation: Installation, visitor: Visitor, moment: Moment
) -> None:
    secret, _ = turn_two_step_on(enter(visitor), moment)
    moment.pass_by(minutes=1)
    thief = installation.visitor()
    for _ in range(5):
        assert enter(thief).submit(CODE, code="000000").status == 400
    right = pyotp.TOTP(secret).at(moment.now)
    assert enter(thief).submit(CODE, code=right).status == 429
    moment.pass_by(minutes=1)
    right = pyotp.TOTP(secret).at(moment.now)
    assert enter(thief).submit(CODE, code=right).path == "/arbejdsrum/"


def test_secret_and_codes_are_nowhere_in_the_clear(
    installation: Installation, visitor: Visitor, moment: Moment
) -> None:
    secret, codes = turn_two_step_on(enter(visitor), moment)
    stored = repr(installation.contents())
    for hidden in (secret, *codes, *(code.replace("-", "") for code in codes)):
        assert hidden not in stored
    with visitor.client.session_transaction() as session:
        assert secret not in repr(dict(session))


def test_a_first_code_has_to_fit_and_the_secret_stays_meanwhile(
    installation: Installation, eva: UUID, visitor: Visitor
) -> None:
    def shown() -> str:
        found = re.search(r'account-secret"><code[^>]*>([^<]+)<', visitor.html)
        assert found
        return found[1]

    secret = [enter(visitor).get(TWO_STEP) and shown()]
    visitor.submit(TWO_STEP, code="12345")
    assert visitor.status == 400
    assert "Koden passer ikke" in visitor.text
    assert shown() == secret[0]
    assert not account_of(installation, eva).has_two_step
    with visitor.client.session_transaction() as session:
        assert secret[0].replace(" ", "") not in repr(dict(session))


def test_turning_it_off_asks_for_the_password_and_removes_the_codes(
    installation: Installation, eva: UUID, visitor: Visitor, moment: Moment
) -> None:
    turn_two_step_on(enter(visitor), moment)
    off = f"{TWO_STEP}/slaa-fra"
    assert visitor.get(off).submit(off, current_password="forkert").status == 400
    assert account_of(installation, eva).has_two_step
    visitor.submit(off, current_password=PASSWORD)
    assert "Totrinslogin er slået fra" in visitor.text
    assert not account_of(installation, eva).has_two_step
    assert installation.rows("recovery_code") == []
    assert enter(installation.visitor()).path == "/arbejdsrum/"


def test_new_recovery_codes_take_the_place_of_the_old_ones(
    installation: Installation, visitor: Visitor, moment: Moment
) -> None:
    _, old = turn_two_step_on(enter(visitor), moment)
    anew = f"{TWO_STEP}/nye-koder"
    visitor.get(anew).submit(anew, current_password=PASSWORD)
    new = re.findall(r"<li><code[^>]*>([^<]+)</code></li>", visitor.html)
    assert len(set(new) | set(old)) == 20
    assert enter(installation.visitor()).submit(CODE, code=old[0]).status == 400
    assert enter(installation.visitor()).submit(CODE, code=new[0]).path == "/arbejdsrum/"


def test_guessing_the_password_of_an_open_session_is_counted_too(
    installation: Installation, visitor: Visitor
) -> None:
    enter(visitor)
    for _ in range(5):
        visitor.get(OWN_PASSWORD).submit(OWN_PASSWORD, current_password="forkert")
        assert visitor.status == 400
    visitor.submit(OWN_PASSWORD, current_password=PASSWORD, password=NEW, repeated=NEW)
    assert "Vent et minut" in visitor.text
    assert enter(installation.visitor()).status == 429


# ---- Sessions ----


def test_nothing_planted_in_the_browser_before_signing_in_goes_on(visitor: Visitor) -> None:
    visitor.get(SIGN_IN)
    with visitor.client.session_transaction() as session:
        session.update(planted="by somebody else", language="en", display={"size": "large"})
        token = session["csrf_token"]
    enter(visitor)
    with visitor.client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != token
        # How pages look is the reader's own.
        assert (session["language"], session["display"]) == ("en", {"size": "large"})


def test_signing_out_everywhere_ends_another_browsers_session_and_nobody_elses(
    installation: Installation, visitor: Visitor
) -> None:
    add_person(installation, "ole@kommune.example")
    other, ole = enter(installation.visitor()), enter(installation.visitor(), "ole@kommune.example")
    enter(visitor).get("/arbejdsrum/min-konto").submit("/arbejdsrum/min-konto/log-ud-alle-steder")
    assert visitor.path == SIGN_IN
    assert not is_signed_in(visitor)
    assert not is_signed_in(other)
    assert is_signed_in(ole)


def test_a_new_password_ends_the_other_sessions_and_not_this_one(
    installation: Installation, visitor: Visitor
) -> None:
    other = enter(installation.visitor())
    enter(visitor).get(OWN_PASSWORD)
    visitor.submit(OWN_PASSWORD, current_password=PASSWORD, password=NEW, repeated=NEW)
    assert "Din adgangskode er skiftet" in visitor.text
    assert is_signed_in(visitor)
    assert not is_signed_in(other)
    assert enter(installation.visitor()).status == 400
    assert enter(installation.visitor(), password=NEW).path == "/arbejdsrum/"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"current_password": "forkert kode"}, "Adgangskoden er forkert."),
        ({"password": "kort", "repeated": "kort"}, "Brug mindst 12 tegn. Du har skrevet 4."),
        ({"password": "qwerty123456", "repeated": "qwerty123456"}, "kendt af mange"),
        ({"password": "kommune eva@kommune.example"}, "må ikke indeholde dit brugernavn"),
        ({"password": "Din mening om støtten 1"}, "navnet på denne tjeneste"),
        ({"password": PASSWORD, "repeated": PASSWORD}, "den adgangskode, du har nu"),
        ({"repeated": "tre blå paraply"}, "De to adgangskoder er ikke ens."),
    ],
)
def test_a_password_that_cannot_be_used_changes_nothing(
    installation: Installation, eva: UUID, visitor: Visitor, fields: dict[str, str], message: str
) -> None:
    enter(visitor).get(OWN_PASSWORD)
    before = account_of(installation, eva)
    typed = {"current_password": PASSWORD, "password": NEW, "repeated": NEW} | fields
    visitor.submit(OWN_PASSWORD, **typed)
    assert visitor.status == 400
    assert message in visitor.text
    assert NEW not in visitor.html
    assert account_of(installation, eva) == before


def test_whoever_has_a_one_time_password_chooses_their_own_before_anything_else(
    installation: Installation, visitor: Visitor
) -> None:
    add_person(installation, "ny@kommune.example", must_change_password=True)
    assert enter(visitor, "ny@kommune.example").path == OWN_PASSWORD
    assert visitor.heading == "Vælg din egen adgangskode"
    for path in ("/arbejdsrum/", "/arbejdsrum/min-konto", TWO_STEP):
        assert visitor.get(path).path == OWN_PASSWORD
    visitor.submit(OWN_PASSWORD, current_password=PASSWORD, password=NEW, repeated=NEW)
    assert visitor.path == "/arbejdsrum/"
    assert is_signed_in(visitor)


def test_whoever_came_by_another_sign_in_service_is_not_asked_for_a_password_they_never_used(
    installation: Installation, visitor: Visitor
) -> None:
    name = "ny@kommune.example"
    newcomer = account_of(installation, add_person(installation, name, must_change_password=True))
    with installation.app.test_request_context():
        begin_session(newcomer, by_single_sign_on=True)
        kept = dict(flask.session)
    with visitor.client.session_transaction() as session:
        session.update(kept)
    assert is_signed_in(visitor)


def test_a_session_of_a_former_kind_or_a_made_up_one_is_nobodys(
    installation: Installation, eva: UUID
) -> None:
    for stored in (eva.hex, f"{eva.hex}.", f"{eva.hex}.1", f"{eva.hex}.x", "x.0", ""):
        visitor = installation.visitor()
        with visitor.client.session_transaction() as session:
            session["_user_id"] = stored
        assert not is_signed_in(visitor), stored


def test_the_use_cases_return_the_account_as_it_is_afterwards(
    installation: Installation, eva: UUID
) -> None:
    before = account_of(installation, eva)
    with installation.context():
        changed = change_password(before, NEW, NEW)
        ended = end_sessions(changed)
    assert changed.session_version == before.session_version + 1
    assert ended.session_version == before.session_version + 2
    assert "argon2" not in repr(ended)


def test_own_account_tells_role_and_reach_in_plain_words(
    installation: Installation, visitor: Visitor
) -> None:
    add_person(installation, "lea@kommune.example", Role.UNIT_LEADER, units=("house",))
    text = enter(visitor, "lea@kommune.example").get("/arbejdsrum/min-konto").text
    for told in ("Afdelingsleder.", "Randers Kommune", "Psykiatriens Hus og det, der ligger under"):
        assert told in text
