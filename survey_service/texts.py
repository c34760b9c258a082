"""Words for people, in every language the interface speaks.

A `texts.toml` beside the code that uses it holds, per key, one line per language, so that a
translator sees them together and a missing translation is found when the file is read.
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
    """Read a `texts.toml`: tables of `da = "…"` and `en = "…"`, keyed by their dotted name.

    Raises ValueError when a text lacks a language.
    """
    found: dict[str, Wording] = {}

    def visit(name: str, table: Mapping[str, object]) -> None:
        if any(isinstance(value, str) for value in table.values()):
            missing = [language for language in LANGUAGES if language not in table]
            if missing:
                raise ValueError(f"{path}: {name}: expected {LANGUAGES}, missing {missing}")
            found[name] = Wording({key: str(value) for key, value in table.items()})
            return
        for key, value in table.items():
            if isinstance(value, Mapping):
                visit(f"{name}.{key}" if name else key, value)

    visit("", tomllib.loads(path.read_text(encoding="utf-8")))
    return found
