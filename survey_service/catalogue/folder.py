"""A folder of questionnaires: everything in it read together, every fault at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from survey_service.catalogue.faults import Fault
from survey_service.catalogue.framework_file import KnownFrameworks, read_framework
from survey_service.catalogue.instrument_file import (
    SHIPPED,
    FileRules,
    InstrumentFile,
    read_instrument,
)
from survey_service.catalogue.reading import Reading
from survey_service.catalogue.scale_file import KnownScales, read_scales
from survey_service.measurement.instrument import Instrument, Item
from survey_service.measurement.principles import Framework
from survey_service.texts import LANGUAGES


@dataclass(frozen=True, slots=True)
class FolderContents:
    """What a folder holds: all that could be read, by key, and everything that is wrong."""

    frameworks: Mapping[str, Framework]
    known_scales: KnownScales
    instruments: Mapping[tuple[str, int], Instrument]
    faults: tuple[Fault, ...]


def read_folder(folder: Path) -> FolderContents:
    """Read a folder laid out as questionnaires/: frameworks/, scales.yaml and instruments/."""
    faults: list[Fault] = []
    frameworks = _read_frameworks(folder / "frameworks", faults)
    scales = _read_scales_file(folder / "scales.yaml", faults)
    instruments = _read_instruments(folder / "instruments", frameworks, scales, faults)
    return FolderContents(
        frameworks={key: found for key, found in frameworks.items() if found is not None},
        known_scales=scales,
        instruments=instruments,
        faults=tuple(sorted(set(faults))),
    )


def read_loose_files(
    folder: Path, rules: FileRules, frameworks: KnownFrameworks, scales: KnownScales
) -> FolderContents:
    """Read a folder of stand-alone instruments, in no particular layout."""
    faults: list[Fault] = []
    instruments: dict[tuple[str, int], Instrument] = {}
    paths = list_yaml_files(folder)
    if not paths:
        faults.append(Fault(str(folder), 1, "folder", "at least one .yaml file", "none"))
    for path in paths:
        reading = Reading(path, str(path))
        found = read_instrument(reading, rules, frameworks, scales)
        _add_instrument(reading, found, instruments)
        faults.extend(reading.faults)
    return FolderContents({}, {}, instruments, tuple(sorted(set(faults))))


def list_yaml_files(folder: Path) -> list[Path]:
    """Return the YAML files in a folder, by name."""
    return sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])


def _list_or_note(folder: Path, faults: list[Fault]) -> list[Path]:
    paths = list_yaml_files(folder)
    if not paths:
        faults.append(Fault(str(folder), 1, "folder", "at least one .yaml file", "none"))
    return paths


def _read_frameworks(folder: Path, faults: list[Fault]) -> dict[str, Framework | None]:
    """Read the current frameworks first, then those whose crosswalk points at them."""
    readings = {path: Reading(path, str(path)) for path in _list_or_note(folder, faults)}
    found: dict[str, Framework | None] = {}
    for path, reading in sorted(readings.items(), key=lambda pair: _has_crosswalk(pair[1])):
        key, framework = read_framework(reading, found, LANGUAGES)
        if reading.root is not None and key is not None and key in found:
            reading.note(reading.root, "a key of its own", f"{key}, which another file has")
        found.setdefault(key or path.stem, framework)
        if reading.root is not None and key is not None and key != path.stem:
            reading.note(reading.root, f"the file to be named {key}.yaml", path.name)
        faults.extend(reading.faults)
    return found


def _has_crosswalk(reading: Reading) -> bool:
    if reading.root is None or not isinstance(reading.root.node, yaml.MappingNode):
        return False
    return any(name.value == "crosswalk" for name, _ in reading.root.node.value)


def _read_scales_file(path: Path, faults: list[Fault]) -> KnownScales:
    reading = Reading(path, str(path))
    scales: KnownScales = {}
    if reading.root is not None:
        place = reading.fields(reading.root, ("scales",), ()).get("scales")
        scales = read_scales(reading, place, LANGUAGES)
    faults.extend(reading.faults)
    return scales


def _read_instruments(
    folder: Path, frameworks: KnownFrameworks, scales: KnownScales, faults: list[Fault]
) -> dict[tuple[str, int], Instrument]:
    instruments: dict[tuple[str, int], Instrument] = {}
    first_items: dict[tuple[str, str], Item] = {}
    for path in _list_or_note(folder, faults):
        reading = Reading(path, str(path))
        found = read_instrument(reading, SHIPPED, frameworks, scales)
        _check_file_name(reading, found, path)
        _check_shared_items(reading, found, first_items)
        _add_instrument(reading, found, instruments)
        faults.extend(reading.faults)
    return instruments


def _check_file_name(reading: Reading, found: InstrumentFile, path: Path) -> None:
    if found.instrument is None or reading.root is None:
        return
    expected = f"{found.instrument.key}-{found.instrument.version}"
    if path.stem != expected:
        reading.note(reading.root, f"the file to be named {expected}.yaml", path.name)


def _check_shared_items(
    reading: Reading, found: InstrumentFile, first_items: dict[tuple[str, str], Item]
) -> None:
    """Note items that share a key with another instrument's but are not scored like it."""
    if found.instrument is None:
        return
    for item in found.instrument.items:
        first = first_items.setdefault((found.instrument.framework, item.key), item)
        for name in ("block", "measure", "scale", "reversed", "values"):
            if getattr(item, name) != getattr(first, name):
                reading.faults.append(
                    Fault(
                        reading.name,
                        found.item_lines[item.key],
                        f"items[{item.key}].{name}",
                        "the same as for the same key in another instrument",
                        "something else",
                    )
                )


def _add_instrument(
    reading: Reading, found: InstrumentFile, instruments: dict[tuple[str, int], Instrument]
) -> None:
    if found.instrument is None or reading.root is None:
        return
    key = (found.instrument.key, found.instrument.version)
    if key in instruments:
        shown = f"{key[0]} version {key[1]}, which another file has"
        reading.note(reading.root, "a key and version of its own", shown)
    instruments.setdefault(key, found.instrument)
