"""Typed values out of a YAML tree, noting everything that is wrong instead of stopping at it."""

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from survey_service.catalogue.faults import Fault
from survey_service.catalogue.yaml_file import compose_file
from survey_service.texts import Wording

KEY_PATTERN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
LANGUAGE_PATTERN = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")

_KINDS = {
    "tag:yaml.org,2002:str": "text",
    "tag:yaml.org,2002:int": "the number",
    "tag:yaml.org,2002:float": "the number",
    "tag:yaml.org,2002:bool": "the yes-or-no value",
    "tag:yaml.org,2002:timestamp": "the date",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A value in a file and the path of fields that leads to it."""

    node: yaml.Node
    field: str

    @property
    def line(self) -> int:
        """The line the value starts on, from 1."""
        return int(self.node.start_mark.line) + 1

    def describe(self) -> str:
        """Say what stands here, in words for whoever wrote the file."""
        if isinstance(self.node, yaml.MappingNode):
            return "named fields"
        if isinstance(self.node, yaml.SequenceNode):
            return "a list"
        kind, value = _KINDS.get(self.node.tag), str(self.node.value)
        if kind is None:
            return "nothing"
        return repr(value) if kind == "text" else f"{kind} {value}"


class Reading:
    """One file being read: hands out typed values and collects `faults`."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.folder = path.parent
        root, faults = compose_file(path, name)
        self.faults: list[Fault] = list(faults)
        self.root = Place(root, "") if root is not None else None

    def note(self, place: Place, expected: str, found: str | None = None) -> None:
        """Note that something else was expected here."""
        shown = place.describe() if found is None else found
        self.faults.append(Fault(self.name, place.line, place.field or "file", expected, shown))

    def fields(
        self, place: Place, required: Collection[str], optional: Collection[str]
    ) -> dict[str, Place]:
        """Return the named fields; notes those unknown, repeated or missing."""
        found = self.mapping(place)
        known = (*required, *optional)
        for name in [name for name in found if name not in known]:
            unknown = found.pop(name)
            near = difflib.get_close_matches(name, known, n=1)
            expected = f"the field {near[0]}" if near else f"one of the fields {', '.join(known)}"
            self.note(unknown, expected, name)
        if isinstance(place.node, yaml.MappingNode):
            for name in required:
                if name not in found:
                    self.note(Place(place.node, _join(place.field, name)), "a value", "nothing")
        return found

    def mapping(self, place: Place) -> dict[str, Place]:
        """Return every field by its name; YAML itself would silently keep the last of two."""
        if not isinstance(place.node, yaml.MappingNode):
            self.note(place, "named fields")
            return {}
        found: dict[str, Place] = {}
        for name_node, value_node in place.node.value:
            name = name_node.value if isinstance(name_node, yaml.ScalarNode) else None
            if not isinstance(name, str) or not name:
                self.note(Place(name_node, place.field), "a field's name")
            elif name in found:
                self.note(Place(name_node, _join(place.field, name)), "it once", "it twice")
            else:
                found[name] = Place(value_node, _join(place.field, name))
        return found

    def entries(self, place: Place | None, named_by: str = "key") -> list[Place]:
        """Return a list's entries, each called by its `named_by` field where it has one."""
        if place is None:
            return []
        if not isinstance(place.node, yaml.SequenceNode):
            self.note(place, "a list")
            return []
        nodes = place.node.value
        if not nodes:
            self.note(place, "at least one entry", "an empty list")
        return [
            Place(node, f"{place.field}[{peek_at(node, named_by) or number}]")
            for number, node in enumerate(nodes, start=1)
        ]

    def text(self, place: Place | None) -> str | None:
        """Return a text of at least one character."""
        if place is None:
            return None
        is_text = isinstance(place.node, yaml.ScalarNode) and place.node.tag.endswith(":str")
        if is_text and place.node.value.strip():
            return str(place.node.value).strip()
        is_other_scalar = isinstance(place.node, yaml.ScalarNode) and place.node.tag in _KINDS
        quoting = " in quotes" if is_other_scalar and not is_text else ""
        self.note(place, f"text{quoting}", "an empty text" if is_text else None)
        return None

    def word(self, place: Place | None) -> str | None:
        """Return a key: a letter, then letters, digits, `_`, `-` or `.`."""
        text = self.text(place)
        if place is None or text is None or KEY_PATTERN.fullmatch(text):
            return text
        self.note(place, "a letter, then letters, digits, _, - or .")
        return None

    def words(self, place: Place | None) -> tuple[tuple[str, Place], ...]:
        """Return a list of different keys, each with its place."""
        found: dict[str, Place] = {}
        for entry in self.entries(place):
            word = self.word(entry)
            if word in found:
                self.note(entry, "it once", f"{word} twice")
            elif word is not None:
                found[word] = entry
        return tuple(found.items())

    def known_word(self, place: Place | None, known: Iterable[str], what: str) -> str | None:
        """Return a key that is one of `known`; `what` names the kind of thing."""
        word = self.word(place)
        names = sorted(known)
        if place is None or word is None or word in names:
            return word
        self.note(place, f"a known {what} ({', '.join(names) or 'there are none'})")
        return None

    def number(self, place: Place | None) -> int | None:
        """Return a whole number of at least 1."""
        if place is None:
            return None
        is_integer = isinstance(place.node, yaml.ScalarNode) and place.node.tag.endswith(":int")
        if is_integer and re.fullmatch(r"[1-9][0-9]{0,8}", place.node.value):
            return int(place.node.value)
        self.note(place, "a whole number from 1")
        return None

    def flag(self, place: Place | None) -> bool:
        """Return true or false; false where nothing stands."""
        if place is None:
            return False
        is_flag = isinstance(place.node, yaml.ScalarNode) and place.node.tag.endswith(":bool")
        if is_flag and place.node.value.lower() in {"true", "false"}:
            return bool(place.node.value.lower() == "true")
        self.note(place, "true or false")
        return False

    def wording(self, place: Place | None, languages: Iterable[str]) -> Wording | None:
        """Return a text per language; notes those of `languages` that are missing."""
        if place is None:
            return None
        found: dict[str, str] = {}
        fields = self.mapping(place)
        for language, field in fields.items():
            if not LANGUAGE_PATTERN.fullmatch(language):
                self.note(field, "a language code such as da or en", language)
                continue
            text = self.text(field)
            if text is not None:
                found[language] = text
        for language in languages:
            if fields and language not in fields:
                self.note(Place(place.node, _join(place.field, language)), "a text", "nothing")
        if isinstance(place.node, yaml.MappingNode) and not fields:
            self.note(place, "a text in at least one language", "none")
        return Wording(found) if found else None


def peek_at(node: yaml.Node, name: str) -> str | None:
    """Return a field's text without judging it, so that entries can be called by their names."""
    if isinstance(node, yaml.MappingNode):
        for name_node, value_node in node.value:
            if name_node.value == name and isinstance(value_node, yaml.ScalarNode):
                return str(value_node.value) or None
    return None


def _join(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name
