"""Reads questionnaires/: frameworks, scales and instruments; an error names file, line and field.

Light to import: a worker that only serves questions needs nothing but this and PyYAML.
"""

from functools import cache
from pathlib import Path

from survey_service.catalogue.faults import (
    CatalogueError,
    Fault,
    UnknownFramework,
    UnknownInstrument,
)
from survey_service.catalogue.folder import FolderContents, read_folder, read_loose_files
from survey_service.catalogue.instrument_file import STAND_ALONE, read_instrument
from survey_service.catalogue.reading import Reading
from survey_service.measurement.instrument import Instrument
from survey_service.measurement.principles import Framework

__all__ = [
    "CatalogueError",
    "Fault",
    "FolderContents",
    "UnknownFramework",
    "UnknownInstrument",
    "check_folder",
    "load_framework",
    "load_frameworks",
    "load_instrument",
    "load_instruments",
    "questionnaires_folder",
    "read_any_folder",
    "read_instrument_file",
]


def questionnaires_folder() -> Path:
    """Return the shipped folder: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "questionnaires"
    return inside if inside.is_dir() else package.parent / "questionnaires"


def load_frameworks() -> tuple[Framework, ...]:
    """Return every shipped framework, by key."""
    contents = _load_shipped()
    return tuple(contents.frameworks[key] for key in sorted(contents.frameworks))


def load_framework(key: str) -> Framework:
    """Return one shipped framework.

    Raises:
        UnknownFramework: if none has this key.
    """
    frameworks = _load_shipped().frameworks
    if key not in frameworks:
        raise UnknownFramework(key, frameworks)
    return frameworks[key]


def load_instruments() -> tuple[Instrument, ...]:
    """Return every shipped instrument, by key and version."""
    contents = _load_shipped()
    return tuple(contents.instruments[key] for key in sorted(contents.instruments))


def load_instrument(key: str, version: int) -> Instrument:
    """Return one shipped instrument version; the same object every time.

    Raises:
        UnknownInstrument: if none has this key and version.
    """
    instruments = _load_shipped().instruments
    if (key, version) not in instruments:
        known = [f"{known_key}-{known_version}" for known_key, known_version in instruments]
        raise UnknownInstrument(key, version, known)
    return instruments[key, version]


def read_instrument_file(path: Path) -> Instrument:
    """Read a stand-alone instrument, such as an analyst's own.

    It may define scales of its own, be in one language only, name any audience and leave out the
    framework. It may also use the shipped frameworks and scales.

    Raises:
        CatalogueError: with everything that is wrong with the file.
    """
    shipped = _load_shipped()
    reading = Reading(path, str(path))
    found = read_instrument(reading, STAND_ALONE, shipped.frameworks, shipped.known_scales)
    if found.instrument is None:
        raise CatalogueError(sorted(set(reading.faults)))
    return found.instrument


def read_any_folder(path: Path) -> FolderContents:
    """Read a folder laid out as questionnaires/, or else one of stand-alone instruments."""
    if (path / "instruments").is_dir():
        return read_folder(path)
    shipped = _load_shipped()
    return read_loose_files(path, STAND_ALONE, shipped.frameworks, shipped.known_scales)


def check_folder(path: Path) -> tuple[Fault, ...]:
    """Return everything that is wrong in a folder of questionnaires; empty if all is well."""
    return read_any_folder(path).faults


@cache
def _load_shipped() -> FolderContents:
    """Read the shipped folder once.

    Raises:
        CatalogueError: with everything that is wrong in it.
    """
    contents = read_folder(questionnaires_folder())
    if contents.faults:
        raise CatalogueError(contents.faults)
    return contents
