"""The words of an e-mail: what may stand in them, and what is filled in."""

import pytest

from survey_service.faults import InputRefused
from survey_service.fieldwork.messages import (
    PLACES,
    TEXTS,
    Message,
    check_message,
    fill_in,
)
from survey_service.texts import LANGUAGES, load_texts

GOOD = {"subject": "Hej", "body": "{code} {link}"}


@pytest.mark.parametrize(("words", "field", "rule"), [
    ({"body": "Hej {navn} {code} {link}"}, "body", "place_unknown"),
    ({"body": "Hej {code"}, "body", "place_braces"),
    ({"body": "{code!r} {link}"}, "body", "place_braces"),
    ({"body": "{code:>20} {link}"}, "body", "place_braces"),
    ({"body": "{code.__class__} {link}"}, "body", "place_unknown"),
    ({"body": "{0} {code} {link}"}, "body", "place_unknown"),
    ({"body": "{link}"}, "body", "text_without_code"),
    ({"body": "{code}"}, "body", "text_without_address"),
    ({"body": " "}, "body", "missing"),
    ({"body": "{code}{link}" + "x" * 5000}, "body", "too_long"),
    ({"subject": "Koden er {code}"}, "subject", "place_unknown"),
    ({"subject": "Hej\nBcc: x@example.org"}, "subject", "subject_unsafe"),
    ({"subject": ""}, "subject", "missing"),
    ({"subject": "x" * 151}, "subject", "too_long"),
])  # fmt: skip
def test_words_that_cannot_be_sent_are_refused_at_their_field(
    words: dict[str, str], field: str, rule: str
) -> None:
    with pytest.raises(InputRefused) as refusal:
        check_message(**(GOOD | words))
    assert [(fault.field, fault.rule) for fault in refusal.value.faults] == [(field, rule)]


def test_faults_of_subject_and_text_are_told_together() -> None:
    with pytest.raises(InputRefused) as refusal:
        check_message("", "")
    assert [fault.field for fault in refusal.value.faults] == ["subject", "body"]


def test_line_ends_of_every_kind_become_one() -> None:
    assert check_message(" Hej ", "a {code}\r\nb {link}\rc\n\n") == Message(
        "Hej", "a {code}\nb {link}\nc\n", is_own=True
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", ["invitation", "reminder"])
def test_the_words_that_come_with_the_service_may_be_sent_and_every_place_is_filled(
    purpose: str, language: str
) -> None:
    texts = load_texts(TEXTS)
    subject, body = (
        texts[f"mail.{purpose}.{part}"].read_in(language) for part in ("subject", "body")
    )
    filled = fill_in(check_message(subject, body), {place: f"<{place}>" for place in PLACES})
    assert {place for place in PLACES if f"<{place}>" in filled.body} == set(PLACES)
    assert "{" not in filled.subject + filled.body


def test_what_is_filled_in_is_not_read_again_for_places() -> None:
    message = Message("Hej", "{code} {contact}")
    values = dict.fromkeys(PLACES, "{link}") | {"code": "{contact}"}
    assert fill_in(message, values).body == "{contact} {link}"
