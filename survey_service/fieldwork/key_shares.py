"""A key split in two, written so that people can print, type and check it.

The first half is random, the second is the key XOR the first: either alone is 32 random bytes and
leaves every key equally likely (Shannon's perfect secrecy), both together give the key.

A half is written as five lines of 16 characters of Crockford's base32 and two that catch typing
mistakes. They cover the line's number too, so lines that changed places are noticed. Beside the
secret it says which half it is, of which splitting, which project's, and what the key is recognised
by; that a mistyped key, or halves that do not belong together, give no key at all.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from survey_service.fieldwork.access_codes import ALPHABET, check_character
from survey_service.storage.keys import Key

LETTERS = ("A", "B")
LINE_COUNT = 5
LINE_CHARACTERS = 18
_BODY = LINE_CHARACTERS - 2
_LINE_BYTES = _BODY * 5 // 8
_FORMAT = 1
_SPLIT, _PROJECT, _RECOGNITION, _SECRET = 5, 4, 8, 32
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
_NUMBERED = re.compile(r"^\s*[1-5]\s*[:.)]?\s+([0-9A-Za-z][0-9A-Za-z\s-]*)$")
_LEAST, _MOST = LINE_CHARACTERS - 4, LINE_CHARACTERS + 4
"""A numbered line with more or fewer characters is taken for words around the half."""


@dataclass(frozen=True, slots=True)
class KeyShare:
    """One half of a key: `letter` A or B; `split` is alike in both halves of one splitting.

    `recognition` tells the key from others and nothing else, as `Key.recognition` does.
    """

    letter: str
    split: bytes
    project_tag: bytes
    recognition: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line, 0 for all of them; never what was typed.

    `rule` is "lines", "length", "character" or "check"; `found` counts lines or characters.
    """

    number: int
    rule: str
    found: int = 0


class ShareMistyped(Exception):
    """Lines that are no half of a key; `faults` has one per line."""

    def __init__(self, *faults: LineFault) -> None:
        super().__init__(f"share: expected {LINE_COUNT} lines as printed, found {len(faults)} off")
        self.faults = faults


class SharesRefused(Exception):
    """Two halves that give no key of this project."""


def split_key(
    key: Key, project_id: UUID, random_bytes: Callable[[int], bytes]
) -> tuple[KeyShare, KeyShare]:
    """Split a project's key in two halves.

    Args:
        key: the key.
        project_id: whose it is.
        random_bytes: gives that many random bytes, such as `secrets.token_bytes`.
    """
    split, pad = random_bytes(_SPLIT), random_bytes(_SECRET)
    first, second = (
        KeyShare(letter, split, _tag(project_id), key.recognition, secret)
        for letter, secret in zip(LETTERS, (pad, _xor(pad, key.secret)), strict=True)
    )
    return first, second


def join_shares(one: KeyShare, other: KeyShare, project_id: UUID) -> Key:
    """Return the key of which these are the halves, in whichever order.

    Raises SharesRefused for halves of another project, of two splittings, or twice the same.
    """
    for share in (one, other):
        if share.project_tag != _tag(project_id):
            raise SharesRefused(
                f"half {share.letter}: expected one of this project, found another project's"
            )
    if one.letter == other.letter:
        raise SharesRefused(f"halves: expected A and B, found {one.letter} twice")
    if (one.split, one.recognition) != (other.split, other.recognition):
        raise SharesRefused(
            "halves: expected two of one splitting, found two of different ones;"
            " the splitting's mark stands on both papers"
        )
    key = Key(_xor(one.secret, other.secret))
    if not hmac.compare_digest(key.recognition, one.recognition):
        raise SharesRefused("halves: expected the key they name, found that they give another")
    return key


def split_mark(share: KeyShare) -> str:
    """Return what is alike on both papers of one splitting: 8 characters."""
    return _base32(share.split)


def write_lines(share: KeyShare) -> list[str]:
    """Return the half as LINE_COUNT lines of LINE_CHARACTERS characters, without separators."""
    head = bytes([_FORMAT << 4 | LETTERS.index(share.letter)])
    content = (
        head + share.split + share.project_tag + bytes.fromhex(share.recognition) + share.secret
    )
    bodies = [_base32(content[at : at + _LINE_BYTES]) for at in range(0, len(content), _LINE_BYTES)]
    return [body + _checks(number, body) for number, body in enumerate(bodies, start=1)]


def format_line(line: str) -> str:
    """Return a line in groups of four, which are easy to copy by hand."""
    return "-".join(line[at : at + 4] for at in range(0, len(line), 4))


def clean_line(typed: str) -> str:
    """Return a typed line without separators, in capitals, O read as 0 and I and L as 1."""
    return re.sub(r"[\s\-_.]", "", typed.upper()).translate(_READ_AS)


def check_line(number: int, typed: str) -> LineFault | None:
    """Return what is wrong with a typed line, None for nothing; the number counts from 1."""
    line = clean_line(typed)
    if len(line) != LINE_CHARACTERS:
        return LineFault(number, "length", len(line))
    if any(character not in ALPHABET for character in line):
        return LineFault(number, "character")
    if _checks(number, line[:_BODY]) != line[_BODY:]:
        return LineFault(number, "check")
    return None


def read_share(typed: Sequence[str]) -> KeyShare:
    """Return the half that was typed in LINE_COUNT lines. Raises ShareMistyped."""
    if len(typed) != LINE_COUNT:
        raise ShareMistyped(LineFault(0, "lines", len(typed)))
    found = [check_line(number, line) for number, line in enumerate(typed, start=1)]
    faults = [fault for fault in found if fault is not None]
    if faults:
        raise ShareMistyped(*faults)
    return _parse(b"".join(_bytes(clean_line(line)[:_BODY]) for line in typed))


def lines_of_text(text: str) -> list[str]:
    """Return the lines of a half that a file holds: those numbered 1 to 5, or a scanned whole."""
    matches = (_NUMBERED.match(line) for line in text.splitlines())
    numbered = [
        match[1] for match in matches if match and _LEAST <= len(clean_line(match[1])) <= _MOST
    ]
    whole = clean_line(text)
    if not numbered and len(whole) == LINE_COUNT * LINE_CHARACTERS:
        return [whole[at : at + LINE_CHARACTERS] for at in range(0, len(whole), LINE_CHARACTERS)]
    return numbered or [line for line in text.splitlines() if line.strip()]


def _parse(content: bytes) -> KeyShare:
    head, rest = content[0], content[1:]
    letter = head & 15
    if head >> 4 != _FORMAT or letter >= len(LETTERS):
        raise ShareMistyped(LineFault(1, "check"))
    split, rest = rest[:_SPLIT], rest[_SPLIT:]
    project, rest = rest[:_PROJECT], rest[_PROJECT:]
    return KeyShare(LETTERS[letter], split, project, rest[:_RECOGNITION].hex(), rest[_RECOGNITION:])


def _tag(project_id: UUID) -> bytes:
    return hashlib.sha256(b"project " + project_id.bytes).digest()[:_PROJECT]


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _checks(number: int, body: str) -> str:
    covered = ALPHABET[number] + body
    return check_character(covered) + check_character(covered, power=2)


def _base32(content: bytes) -> str:
    number, count = int.from_bytes(content), len(content) * 8 // 5
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(count)))


def _bytes(body: str) -> bytes:
    number = 0
    for character in body:
        number = number << 5 | ALPHABET.index(character)
    return number.to_bytes(len(body) * 5 // 8)
