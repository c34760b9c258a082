"""One framework's file: principles, recovery values and the crosswalk to the current wording."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from survey_service.catalogue.reading import Place, Reading
from survey_service.measurement.principles import (
    CrosswalkEntry,
    Framework,
    Principle,
    RecoveryValue,
    Relation,
)

KnownFrameworks = Mapping[str, Framework | None]
"""Frameworks by key; None where a framework is there but could not be read."""

_Entry = TypeVar("_Entry", Principle, RecoveryValue)


def read_framework(
    reading: Reading, known: KnownFrameworks, languages: Iterable[str]
) -> tuple[str | None, Framework | None]:
    """Read one framework.

    Args:
        reading: the file.
        known: the frameworks read so far; a crosswalk points at one of them.
        languages: those every text must have.

    Returns:
        The key as far as it could be read, and the framework, None where something is wrong.
    """
    if reading.root is None:
        return None, None
    spoken = tuple(languages)
    fields = reading.fields(reading.root, ("key", "title", "principles"), ("values", "crosswalk"))
    key = reading.word(fields.get("key"))
    title = reading.wording(fields.get("title"), spoken)
    principles = _read_entries(
        reading, fields.get("principles"), lambda entry: _read_principle(reading, entry, spoken)
    )
    values = _read_entries(
        reading, fields.get("values"), lambda entry: _read_value(reading, entry, spoken)
    )
    by_key = {principle.key: principle for principle in principles}
    successor, crosswalk = _read_crosswalk(reading, fields.get("crosswalk"), by_key, known, spoken)
    if reading.faults or key is None or title is None:
        return key, None
    return key, Framework(key, title, tuple(principles), tuple(values), crosswalk, successor)


def _read_entries(
    reading: Reading, place: Place | None, read: Callable[[Place], _Entry | None]
) -> list[_Entry]:
    """Read a list whose entries have keys; notes keys that come twice."""
    found: dict[str, _Entry] = {}
    for place_of_entry in reading.entries(place):
        entry = read(place_of_entry)
        if entry is None:
            continue
        if entry.key in found:
            reading.note(place_of_entry, "each key once", f"{entry.key} twice")
        found.setdefault(entry.key, entry)
    return list(found.values())


def _read_principle(reading: Reading, place: Place, languages: tuple[str, ...]) -> Principle | None:
    fields = reading.fields(place, ("key", "wording", "short"), ())
    key = reading.word(fields.get("key"))
    wording = reading.wording(fields.get("wording"), languages)
    short = reading.wording(fields.get("short"), languages)
    if key is None or wording is None or short is None:
        return None
    return Principle(key, wording, short)


def _read_value(reading: Reading, place: Place, languages: tuple[str, ...]) -> RecoveryValue | None:
    fields = reading.fields(place, ("key", "wording"), ())
    key = reading.word(fields.get("key"))
    wording = reading.wording(fields.get("wording"), languages)
    return RecoveryValue(key, wording) if key is not None and wording is not None else None


def _read_crosswalk(
    reading: Reading,
    place: Place | None,
    older: Mapping[str, Principle],
    known: KnownFrameworks,
    languages: tuple[str, ...],
) -> tuple[str | None, dict[str, CrosswalkEntry]]:
    """Read what became of each principle; every one of the current framework's is to be told."""
    if place is None:
        return None, {}
    fields = reading.fields(place, ("current", "principles"), ())
    current_key = reading.known_word(fields.get("current"), known, "current framework")
    current = known.get(current_key) if current_key is not None else None
    found: dict[str, CrosswalkEntry] = {}
    for place_of_entry in reading.entries(fields.get("principles")):
        entry = _read_crosswalk_entry(reading, place_of_entry, older, current, languages)
        if entry is not None and entry.key in found:
            reading.note(place_of_entry, "each key once", f"{entry.key} twice")
        elif entry is not None:
            found[entry.key] = entry
    if current is not None:
        for principle in current.principles:
            if principle.key not in found:
                reading.note(place, f"an entry for the principle {principle.key}", "none")
    return current_key, found


def _read_crosswalk_entry(
    reading: Reading,
    place: Place,
    older: Mapping[str, Principle],
    current: Framework | None,
    languages: tuple[str, ...],
) -> CrosswalkEntry | None:
    fields = reading.fields(place, ("key", "relation"), ("older", "note"))
    current_keys = [principle.key for principle in current.principles] if current else None
    if current_keys is None:
        key = reading.word(fields.get("key"))
    else:
        key = reading.known_word(fields.get("key"), current_keys, "current principle")
    relation = reading.known_word(fields.get("relation"), [*Relation], "relation")
    older_key = reading.known_word(fields.get("older"), older, "principle of this framework")
    note = reading.wording(fields.get("note"), languages)
    if key is None or relation is None:
        return None
    if (relation == Relation.NONE) != ("older" not in fields):
        wanted = "no older principle" if relation == Relation.NONE else "an older principle"
        reading.note(place, f"{wanted} with the relation {relation}", older_key or "none")
    wording = older[older_key].wording if older_key is not None else None
    return CrosswalkEntry(key, Relation(relation), wording, note)
