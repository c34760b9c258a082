"""What in somebody's own words looks as if it told of somebody, and what stands in for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.fieldwork.name_spotting import Spot, clean, mark, suggest

WORDS = {spot: f"[{spot}]" for spot in Spot}
PLACES = ("Psykiatriens Hus", "Randers Kommune", "Randers")


@pytest.mark.parametrize(("written", "expected"), [
    ("Jeg blev hjulpet af Hanne Jensen og Peter.", "Jeg blev hjulpet af [name] og [name]."),
    ("Mette er sød. Det er hun.", "[name] er sød. Det er hun."),
    ("mette er sød, og det er Idas søn", "[name] er sød, og det er [name] søn"),
    ("Godt, at I lytter. Tak til Dem.", "Godt, at I lytter. Tak til Dem."),
    ("Vi bor i Randers, i Psykiatriens Hus.", "Vi bor i [place], i [place]."),
    ("Ring 12 34 56 78 eller +45 12345678", "Ring [phone] eller [phone]"),
    ("Mit nummer er 010190-1234.", "Mit nummer er [cpr]."),
    ("Skriv til rosa.lund@kommune.dk i dag", "Skriv til [email] i dag"),
    ("Se www.eksempel.dk/mig", "Se [link]"),
    ("Det var d. 3. maj 2024 og 4/6-2024 og 2024-05-03", "Det var [date] og [date] og [date]"),
    ("Jeg bor på Nørregade 12, 8900 Randers C.", "Jeg bor på [address], [place]."),
    ("Min kontaktperson og overlægen kom", "[job] og [job] kom"),
    ("Der er ingenting at se her.", "Der er ingenting at se her."),
])  # fmt: skip
def test_what_may_tell_of_somebody_is_replaced(written: str, expected: str) -> None:
    assert suggest(written, WORDS, PLACES) == expected


@given(st.text())
def test_marking_loses_and_adds_nothing(text: str) -> None:
    assert "".join(one.text for one in mark(text, PLACES)) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_cleaned_text_is_clean(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_characters_that_cannot_be_seen_or_turn_the_text_are_removed() -> None:
    turned = "god\u202eodg\u2066 dag\u200b\x00\x1b[31m\r\nigen\ufeff\tnu\u00a0her"
    assert clean(turned) == "gododg dag[31m\nigen nu her"


def test_letters_of_every_language_stay() -> None:
    assert clean("Æøå, ñ, 北京, سلام") == "Æøå, ñ, 北京, سلام"
