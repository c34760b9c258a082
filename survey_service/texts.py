"""Words for people, in every language the interface speaks.

A `texts.toml`, or a folder `texts/` of such files, beside the code that uses it holds, per key, one
line per language, so that a translator sees them together and a missing translation is found when
the file is read.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("da", "en")
DEFAULT_LANGUAGE = "da"


@dataclass(frozen=True, slots=True)
class Wording:
    """One text in one or more languages: `by_language` maps a language code to the text."""

    by_language: Mapping[str, str]

    def __post_init__(self) -> None:
        if not self.by_language:
            raise ValueError("wording: expected at least one language, found none")

    def read_in(self, language: str) -> str:
        """Return the text in `language`, or in the first language there is."""
        found = self.by_language.get(language)
        return found if found is not None else next(iter(self.by_language.values()))


@cache
def load_texts(path: Path) -> Mapping[str, Wording]:
    """Read a file of texts, or a folder of them: tables of `da = "…"` and `en = "…"`.

    Returns the texts by the dotted name of their table.

    Raises ValueError when a text lacks a language or stands in two files.
    """
    found: dict[str, Wording] = {}
    for file in sorted(path.glob("*.toml")) if path.is_dir() else [path]:
        texts = _read_texts(file)
        repeated = sorted(found.keys() & texts.keys())
        if repeated:
            raise ValueError(f"{file}: expected texts of its own, found in another too: {repeated}")
        found |= texts
    return found


def _read_texts(file: Path) -> dict[str, Wording]:
    found: dict[str, Wording] = {}

    def visit(name: str, table: Mapping[str, object]) -> None:
        if any(isinstance(value, str) for value in table.values()):
            missing = [language for language in LANGUAGES if language not in table]
            if missing:
                raise ValueError(f"{file}: {name}: expected {LANGUAGES}, missing {missing}")
            found[name] = Wording({key: str(value) for key, value in table.items()})
            return
        for key, value in table.items():
            if isinstance(value, Mapping):
                visit(f"{name}.{key}" if name else key, value)

    visit("", tomllib.loads(file.read_text(encoding="utf-8")))
    return found
