"""Builds what a file is understood by, and files as bytes, without a database."""

from datetime import date
from pathlib import Path
from uuid import UUID

from survey_service.catalogue import load_instrument
from survey_service.exchange.wave_files import read_wave_table
from survey_service.fieldwork.column_mapping import ImportFrame, KnownUnit, link_principles
from survey_service.fieldwork.import_choices import FileKind, ImportChoices
from survey_service.fieldwork.rehearsing import rehearse
from survey_service.storage.projects import ProjectRecord

UNITS = {"house": "Psykiatriens Hus", "home": "Botilbud"}
PROJECT = ProjectRecord(
    id=UUID(int=1),
    municipality_id=UUID(int=2),
    municipality_name="Randers Kommune",
    key="goals",
    title="Fælles mål",
    framework="recovery-2023",
    margin=5.0,
    minimum=5,
    primary_audience=None,
    primary_from=None,
    primary_to=None,
    registered_on=None,
    retained_until=date(2028, 12, 31),
    notice_version="1",
    is_simulated=False,
)


def a_frame(framework="recovery-2023", audiences=("citizen", "staff", "relative")):
    return ImportFrame(
        project=PROJECT,
        framework=framework,
        links=link_principles(PROJECT.framework, framework),
        units={
            key: KnownUnit(UUID(int=number), key, name)
            for number, (key, name) in enumerate(UNITS.items())
        },
        instruments={audience: load_instrument(audience, 1) for audience in audiences},
    )


def a_table(*lines, codec="utf-8"):
    return read_wave_table(Path("maaling.csv"), "\r\n".join(lines).encode(codec))


def try_lines(*lines, kind="responses", frame=None, codec="utf-8", **said):
    choices = ImportChoices(kind=FileKind(kind), **said)
    return rehearse(a_table(*lines, codec=codec), frame or a_frame(), choices)


def told(rehearsal):
    """Every fault as (line, column, rule)."""
    return [(fault.line, fault.field, fault.rule) for fault in rehearsal.faults]
