"""Access codes: ten characters of Crockford's base32 and one that catches typing mistakes.

The check character is the weighted sum of the others over the field of 32 elements, with the powers
of its generator as weights. Every single wrong character and every swap of two characters changes
it, since the weights are distinct and the field has no zero divisors.
"""

from collections.abc import Callable
from unicodedata import category

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: without I, L, O and U (https://www.crockford.com/base32.html)."""

CODE_LENGTH = 10
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
_FIELD_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)


class CodeMistyped(Exception):
    """What was typed cannot be a code: wrong length, character or check character."""


def make_code(random_bits: Callable[[int], int]) -> str:
    """Return a new code with its check character, 11 characters without separators.

    Args:
        random_bits: gives that many random bits, such as `secrets.randbits`.
    """
    return code_from_number(random_bits(5 * CODE_LENGTH))


def code_from_number(number: int) -> str:
    """Return the code whose ten characters spell the lowest 50 bits of `number`."""
    body = "".join(
        ALPHABET[(number >> shift) & 31] for shift in range(5 * (CODE_LENGTH - 1), -1, -5)
    )
    return body + check_character(body)


def read_code(typed: str) -> str:
    """Return a typed code as it was issued: without regard to case, spaces, hyphens, I/1 and O/0.

    Raises CodeMistyped without repeating what was typed: codes never reach a log.
    """
    code = "".join(filter(_is_kept, typed.upper())).translate(_READ_AS)
    if len(code) != CODE_LENGTH + 1:
        raise CodeMistyped(f"code: expected {CODE_LENGTH + 1} characters, found {len(code)}")
    if any(character not in ALPHABET for character in code):
        raise CodeMistyped("code: found a character that no code has")
    if check_character(code[:-1]) != code[-1]:
        raise CodeMistyped("code: the check character does not fit")
    return code


def format_code(code: str) -> str:
    """Return a code in groups that are easy to copy by hand: XXXX-XXXX-XXX."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def _is_kept(character: str) -> bool:
    # Letters and mails bring hyphens and spaces of every kind, some of them without width.
    return not (character in "._" or character.isspace() or category(character) in {"Pd", "Cf"})


def check_character(body: str, power: int = 1) -> str:
    """Return what catches mistyped characters of `body`, which are all of the alphabet.

    The weights are the powers of the field's generator to `power`: characters for two powers
    together catch any two wrong characters among 30.
    """
    # Horner's rule: the sum of body[i] * (generator^power)^(length - i).
    total = 0
    for character in body:
        total ^= ALPHABET.index(character)
        for _ in range(power):
            total = _times_generator(total)
    return ALPHABET[total]


def _times_generator(element: int) -> int:
    doubled = element << 1
    return doubled ^ _FIELD_POLYNOMIAL if doubled & 32 else doubled
