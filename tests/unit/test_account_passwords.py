"""What a password has to be, and how long failed tries make one wait."""

from datetime import UTC, datetime, timedelta

import pytest

from survey_service.accounts.lock_out import wait_after
from survey_service.accounts.passwords import (
    find_password_faults,
    hash_password,
    is_password,
    make_one_time_password,
)
from survey_service.accounts.roles import Role
from survey_service.accounts.two_step import _matching_step


def rules(password: str, *names: str) -> list[str]:
    return [fault.rule for fault in find_password_faults(password, names)]


@pytest.mark.parametrize("password", [
    "fire grønne hatte", "abcdefghijkm", "æ" * 11 + "ø", "123498765-0000", "x y" * 60,
])  # fmt: skip
def test_twelve_characters_of_any_kind_are_enough(password: str) -> None:
    assert rules(password, "eva@kommune.example", "Din mening om støtten") == []


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("", "password_short"),
        ("elleve tegn", "password_short"),
        ("x y " * 51, "too_long"),
        # The first two lines of over ten characters in zxcvbn's list of leaked passwords.
        ("123qweasdzxc", "password_common"),
        ("1QAZ2wsx3EDC", "password_common"),
        ("aaaaaaaaaaaaaaaa", "password_common"),
        ("eva@kommune.example", "password_names"),
        ("Magnolia forever", "password_names"),
        ("din mening om støtten!", "password_names"),
    ],
)
def test_a_password_that_is_short_known_or_a_name_is_refused(password: str, rule: str) -> None:
    names = ["eva@kommune.example", "MAGNOLIA@kommune.example", "Din mening om støtten"]
    assert rules(password, *names) == [rule]


def test_the_limits_are_told_with_what_was_found() -> None:
    [fault] = find_password_faults("kort", field="new")
    assert (fault.field, dict(fault.values)) == ("new", {"limit": 12, "found": 4})


def test_a_short_name_does_not_forbid_the_words_it_is_part_of() -> None:
    assert rules("fire grønne bøgetræer", "bo@kommune.example") == []


def test_a_hash_tells_its_password_from_another_and_nothing_from_all() -> None:
    kept = hash_password("fire grønne hatte")
    assert is_password(kept, "fire grønne hatte")
    assert not is_password(kept, "fire grønne hatte ")
    assert not is_password(None, "nobody has this password")
    assert not is_password("no hash at all", "fire grønne hatte")


def test_one_time_passwords_differ_and_can_be_used() -> None:
    made = {make_one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert all(rules(password) == [] for password in made)


@pytest.mark.parametrize(("failures", "minutes"), [
    (0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 30), (11, 30), (10_000, 30),
])  # fmt: skip
def test_five_tries_are_free_and_then_the_wait_doubles_up_to_half_an_hour(
    failures: int, minutes: int
) -> None:
    assert wait_after(failures) == timedelta(minutes=minutes)


# RFC 6238, appendix B, SHA-1: the last six of its eight digits; T is the number of the half minute.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890" in base32
RFC_CODES = [
    (1111111109, "081804", 37037036), (1111111111, "050471", 37037037),
    (1234567890, "005924", 41152263), (2000000000, "279037", 66666666),
    (20000000000, "353130", 666666666),
]  # fmt: skip


@pytest.mark.parametrize(("seconds", "code", "step"), RFC_CODES)
def test_one_time_codes_are_those_of_the_standard(seconds: int, code: str, step: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    for drift in (-30, 0, 30):
        assert _matching_step(RFC_SECRET, code, moment + timedelta(seconds=drift)) == step
    for drift in (-60, 60):
        assert _matching_step(RFC_SECRET, code, moment + timedelta(seconds=drift)) != step
    assert _matching_step(RFC_SECRET, f" {code[:3]} {code[3:]} ", moment) == step
    assert _matching_step(RFC_SECRET, code[:5], moment) is None


def test_the_roles_are_those_the_pages_name() -> None:
    from survey_service.texts import load_texts
    from survey_service.web.language import TEXTS

    texts = load_texts(TEXTS)
    assert {f"workspace.role.{role}" for role in Role} <= set(texts)
    assert {f"workspace.role_text.{role}" for role in Role} <= set(texts)
