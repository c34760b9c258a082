"""Access codes: readable by hand, and no typing mistake passes for another code."""

import itertools
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.fieldwork.access_codes import (
    ALPHABET,
    CODE_LENGTH,
    CodeMistyped,
    code_from_number,
    format_code,
    make_code,
    read_code,
)

numbers = st.integers(min_value=0, max_value=2**50 - 1)


def test_the_alphabet_is_crockfords() -> None:
    # https://www.crockford.com/base32.html: digits and letters without I, L, O, U.
    assert ALPHABET == "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def test_a_code_has_ten_characters_of_chance_and_one_that_checks() -> None:
    asked_for: list[int] = []

    def bits(count: int) -> int:
        asked_for.append(count)
        return 0

    assert len(make_code(bits)) == CODE_LENGTH + 1 == 11
    assert asked_for == [50]


def test_the_check_character_is_the_weighted_sum_over_the_field_of_32() -> None:
    # Ten characters, only the last one not zero: its weight is the generator, so "1" checks as
    # 2 (x) and "G" = 16 = x^4 checks as x^5 = x^2 + 1 = 5.
    assert code_from_number(1) == "00000000012"
    assert code_from_number(16) == "000000000G5"
    # The first character weighs x^10 = (x^5)^2 = x^4 + 1 = 17 = "H".
    assert code_from_number(1 << 45) == "1000000000H"


@given(numbers)
def test_reading_what_was_written_gives_the_same_code(number: int) -> None:
    code = code_from_number(number)
    assert read_code(code) == code
    assert read_code(format_code(code)) == code


@given(numbers)
def test_different_numbers_spell_different_codes(number: int) -> None:
    assert code_from_number(number)[:-1] != code_from_number(number ^ 1)[:-1]


@pytest.mark.parametrize(
    "typed",
    [
        "1000-0000-00H",
        "1000 0000 00h",
        "  1000-0000-00H\t",
        "I000-0000-00H",
        "l000-0000-00h",
        "looo-oooo-ooh",
        "1OOO-OOOO-OOH",
        "1000\u20110000\u201100H",  # the hyphen that does not break, as Word writes it
        "1000\u00a00000\u00a000H",  # the space that does not break
        "1000–0000–00H",
        "1000.0000.00H",
        "1000\u200b0000\u200b00H",  # the space without width, as mail programs insert it
        "1000-0000-00H\r\n",
    ],
)
def test_a_code_is_read_however_it_is_copied(typed: str) -> None:
    assert read_code(typed) == "1000000000H"


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "1000-0000-00", "1000-0000-00HH", "1000-0000-0ÆH", "1000-0000-0UH", "💚" * 11],
)  # fmt: skip
def test_what_cannot_be_a_code_is_refused(typed: str) -> None:
    with pytest.raises(CodeMistyped):
        read_code(typed)


def test_a_refusal_does_not_repeat_what_was_typed() -> None:
    with pytest.raises(CodeMistyped) as refusal:
        read_code("1000-0000-00J")
    assert "1000" not in str(refusal.value)
    assert "00J" not in str(refusal.value)


def test_every_single_wrong_character_is_caught() -> None:
    # The check is linear over the field, so if no change of the code of zeros passes, none does of
    # any other; a few random codes are tried besides.
    for number in (0, *(secrets.randbits(50) for _ in range(5))):
        code = code_from_number(number)
        for place, other in itertools.product(range(11), ALPHABET):
            if code[place] == other:
                continue
            with pytest.raises(CodeMistyped):
                read_code(code[:place] + other + code[place + 1 :])


def test_every_swap_of_two_characters_is_caught() -> None:
    # Swapping places i and j changes the sum by (a - b)(w_i - w_j): it is enough that no two
    # characters that differ pass in any two places.
    for first, second in itertools.combinations(range(11), 2):
        for a, b in itertools.combinations(ALPHABET, 2):
            code = _code_with(first, a, second, b)
            if code is None:
                continue
            swapped = list(code)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            with pytest.raises(CodeMistyped):
                read_code("".join(swapped))


@given(numbers, st.integers(0, 10), st.integers(0, 10))
def test_any_swap_in_any_code_is_caught(number: int, first: int, second: int) -> None:
    code = code_from_number(number)
    if code[first] == code[second]:
        return
    swapped = list(code)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    with pytest.raises(CodeMistyped):
        read_code("".join(swapped))


def _code_with(first: int, a: str, second: int, b: str) -> str | None:
    """Some code with `a` and `b` at these places; None if b as check character never occurs so."""
    body = ["0"] * CODE_LENGTH
    body[first] = a
    if second < CODE_LENGTH:
        body[second] = b
        return _checked(body)
    # The check character must come out as b: let another place make it so.
    free = 0 if first else 1
    for filler in ALPHABET:
        body[free] = filler
        code = _checked(body)
        if code[-1] == b:
            return code
    return None


def _checked(body: list[str]) -> str:
    number = 0
    for character in body:
        number = number * 32 + ALPHABET.index(character)
    return code_from_number(number)
