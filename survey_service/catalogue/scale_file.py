"""Answer scales: the shipped ones in scales.yaml, and those defined inside an instrument."""

from collections.abc import Iterable, Mapping

from survey_service.catalogue.reading import Place, Reading
from survey_service.measurement.instrument import Option, Scale
from survey_service.texts import Wording

MINIMUM_OPTIONS = 2

KnownScales = Mapping[str, Scale | None]
"""Scales by key; None where a scale is there but could not be read."""


def read_scales(
    reading: Reading, place: Place | None, languages: Iterable[str]
) -> dict[str, Scale | None]:
    """Read a list of scales; notes repeated keys."""
    found: dict[str, Scale | None] = {}
    for entry in reading.entries(place):
        fields = reading.fields(entry, ("key", "options"), ())
        key = reading.word(fields.get("key"))
        wordings = _read_options(reading, fields.get("options"), tuple(languages))
        if key is None:
            continue
        if key in found:
            reading.note(entry, "each scale once", f"{key} twice")
        found.setdefault(key, _build_scale(key, wordings))
    return found


def _read_options(
    reading: Reading, place: Place | None, languages: tuple[str, ...]
) -> list[Wording | None]:
    entries = reading.entries(place)
    if place is not None and 0 < len(entries) < MINIMUM_OPTIONS:
        reading.note(place, f"{MINIMUM_OPTIONS} or more options", str(len(entries)))
    return [reading.wording(entry, languages) for entry in entries]


def _build_scale(key: str, wordings: list[Wording | None]) -> Scale | None:
    """Return the scale with options 1-n, or None where an option has no text."""
    options = tuple(
        Option(str(number), wording)
        for number, wording in enumerate(wordings, start=1)
        if wording is not None
    )
    complete = len(options) == len(wordings) and len(options) >= MINIMUM_OPTIONS
    return Scale(key, options) if complete else None
