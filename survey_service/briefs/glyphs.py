"""Characters that the embedded type does not have, and what stands for them on paper.

A character without a shape would be printed as an empty box, and a PDF that refers to one is not
PDF/UA (ISO 14289-1, 7.21.8). Spaces and hyphens of other widths become the usual ones; anything
else becomes a question mark. Pages on a screen have the reader's own type and need none of this.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache, lru_cache
from typing import Any, TypeVar

from reportlab.pdfbase.pdfmetrics import getFont

from survey_service.briefs.content import BriefContent, FigureReference
from survey_service.charts import style
from survey_service.measurement.disclosure import ReleasedFigures

STAND_IN = "?"
_LIKE = {
    "\N{THIN SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": "\N{NO-BREAK SPACE}",
    "\N{HAIR SPACE}": " ",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{HYPHEN}": "-",
    "\N{ZERO WIDTH SPACE}": "",
    "\N{SOFT HYPHEN}": "",
    "\t": " ",
    "\r": "",
}

_NEVER_PAINTED = (ReleasedFigures, FigureReference)
"""What pictures and sentences rest on: much of it, and none of its words stand on the page."""

Told = TypeVar("Told")


def printable(content: BriefContent) -> BriefContent:
    """Return the content with a stand-in for every character the embedded type lacks.

    Its briefer versions stay as they are: most are never set.
    """
    return replace(_replaced(replace(content, briefer=None)), briefer=content.briefer)


def find_lacking(content: BriefContent | tuple[str, ...]) -> tuple[str, ...]:
    """Return the characters of a brief or of texts that the embedded type lacks, each once, in
    order.
    """
    shapes = _shapes()
    found = dict.fromkeys(
        character
        for text in _texts(content)
        for character in unicodedata.normalize("NFC", text)
        if character not in _LIKE and character != "\n" and character not in shapes
    )
    return tuple(found)


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for inner in part:
            yield from _texts(inner)
    elif is_dataclass(part) and not isinstance(part, _NEVER_PAINTED):
        for field in fields(part):
            yield from _texts(getattr(part, field.name))


def _replaced(part: Told) -> Told:
    if isinstance(part, str):
        return _spell(part) if type(part) is str else part  # type: ignore[return-value]
    if isinstance(part, tuple):
        return tuple(_replaced(inner) for inner in part)  # type: ignore[return-value]
    if is_dataclass(part) and not isinstance(part, (type, *_NEVER_PAINTED)):
        found = {field.name: getattr(part, field.name) for field in fields(part)}
        changed = {name: new for name, old in found.items() if (new := _replaced(old)) is not old}
        return replace(part, **changed) if changed else part
    return part


@lru_cache(maxsize=4096)
def _spell(text: str) -> str:
    shapes = _shapes()
    if shapes.issuperset(text) and unicodedata.is_normalized("NFC", text):
        return text
    normal = unicodedata.normalize("NFC", text)
    spelt = (_LIKE.get(character, character) for character in normal)
    return "".join(
        character if not character or character in shapes else STAND_IN for character in spelt
    )


@cache
def _shapes() -> frozenset[str]:
    style.register_fonts()
    return frozenset(map(chr, getFont(style.REGULAR).face.charToGlyph))
