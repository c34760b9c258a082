"""The pages about accounts and signing in, and how one comes to them."""

import time
from collections.abc import Callable
from uuid import uuid4

import pyotp
from demonstration import PASSWORD, Demonstration
from person import Person

from survey_service.accounts.sign_in import Role, add_user

Way = Callable[[Person, Demonstration], object]

USERS = "/arbejdsrum/brugere"
OWN = "/arbejdsrum/min-konto"


def _add(demonstration: Demonstration, role: Role, *, must_change: bool = False) -> str:
    """Let somebody new sign in and return their name."""
    name = f"{uuid4().hex[:8]}@example.org"
    with demonstration.app.app_context():
        add_user(name, PASSWORD, role, None, must_change_password=must_change)
    return name


def _enter(person: Person, name: str) -> Person:
    person.context.clear_cookies()
    person.open("/arbejdsrum/").page.get_by_label("E-mail").fill(name)
    person.page.get_by_label("Adgangskode").fill(PASSWORD)
    return person.press("Log ind")


def sign_in_as_administrator(person: Person, demonstration: Demonstration) -> None:
    """Sign in as an administrator for all municipalities."""
    _enter(person, _add(demonstration, Role.ADMINISTRATOR))


def _choose_own_password(person: Person, demonstration: Demonstration) -> None:
    _enter(person, _add(demonstration, Role.ADMINISTRATOR, must_change=True))


def turn_two_step_on(person: Person, demonstration: Demonstration) -> str:
    """Turn two-step sign-in on for somebody new and return their name."""
    name = _add(demonstration, Role.ADMINISTRATOR)
    _enter(person, name).open(OWN).follow("Slå totrinslogin til")
    secret = person.page.locator(".account-secret code").inner_text().replace(" ", "")
    person.page.get_by_label("Kode fra appen").fill(pyotp.TOTP(secret).at(int(time.time())))
    person.press("Slå totrinslogin til")
    return name


def _asked_for_code(person: Person, demonstration: Demonstration) -> None:
    _enter(person, turn_two_step_on(person, demonstration))


def _wrong_code(person: Person, demonstration: Demonstration) -> None:
    _asked_for_code(person, demonstration)
    person.page.get_by_label("Kode").fill("000000")
    person.press("Log ind")


def _own_with_two_step(person: Person, demonstration: Demonstration) -> None:
    turn_two_step_on(person, demonstration)
    person.open(OWN)


def _turn_off(person: Person, demonstration: Demonstration) -> None:
    _own_with_two_step(person, demonstration)
    person.follow("Slå fra")


def _refused_password(person: Person, _demonstration: Demonstration) -> None:
    person.open(f"{OWN}/adgangskode").page.get_by_label("Din nuværende").fill(PASSWORD)
    person.press("Gem adgangskoden")


def _refused_user(person: Person, _demonstration: Demonstration) -> None:
    person.open(f"{USERS}/ny").press("Vælg kommune")
    person.open(f"{USERS}/ny?kommune=alle").press("Tilføj brugeren")


def _add_user(person: Person, _demonstration: Demonstration) -> None:
    person.open(f"{USERS}/ny?kommune=alle").page.get_by_label("E-mail").fill(
        f"{uuid4().hex}.med.et.langt.navn@socialpsykiatrien.kommune.example"
    )
    person.press("Tilføj brugeren")


def _follow(*links: str) -> Way:
    def come(person: Person, demonstration: Demonstration) -> None:
        name = _add(demonstration, Role.ADMINISTRATOR)
        person.open(USERS)
        for link in (name, *links):
            person.follow(link)

    return come


def _new_user_form(person: Person, _demonstration: Demonstration) -> None:
    """Choose the demonstration's municipality, after "Choose …" and all of them."""
    person.open(f"{USERS}/ny").page.get_by_label("Kommune").select_option(index=2)
    person.press("Vælg kommune")


def _case_review(person: Person, demonstration: Demonstration) -> None:
    person.open(f"/arbejdsrum/projekt/{demonstration.project_id}/sagsgennemgang")


ACCOUNT_PAGES: dict[str, tuple[str, Way]] = {
    "sign-in-code": ("stranger", _asked_for_code),
    "sign-in-code-wrong": ("stranger", _wrong_code),
    "first-password": ("stranger", _choose_own_password),
    "recovery-codes": ("stranger", turn_two_step_on),
    "own-account-two-step": ("stranger", _own_with_two_step),
    "two-step-off": ("stranger", _turn_off),
    "own-account": ("evaluator", lambda person, _: person.open(OWN)),
    "own-password": ("evaluator", lambda person, _: person.open(f"{OWN}/adgangskode")),
    "own-password-refused": ("evaluator", _refused_password),
    "two-step": ("evaluator", lambda person, _: person.open(f"{OWN}/totrinslogin")),
    "case-review": ("evaluator", _case_review),
    "audit": ("administrator", lambda person, _: person.open("/arbejdsrum/log")),
    "users": ("administrator", lambda person, _: person.open(USERS)),
    "user-municipality": ("administrator", lambda person, _: person.open(f"{USERS}/ny")),
    "user-new": ("administrator", _new_user_form),
    "user-new-refused": ("administrator", _refused_user),
    "user-one-time-password": ("administrator", _add_user),
    "user": ("administrator", _follow()),
    "user-disable": ("administrator", _follow("Deaktivér")),
    "user-reset": ("administrator", _follow("Lav en ny engangsadgangskode")),
}
"""Each page: who comes to it, and how."""
