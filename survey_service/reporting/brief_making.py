"""The briefs of a release: what the figures do not say themselves comes from the project."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from survey_service.briefs.content import BriefContent, BriefKind
from survey_service.briefs.context import (
    TEXT_VERSION,
    BriefContext,
    ItemName,
    OwnWords,
    PrincipleName,
    TalkTo,
)
from survey_service.briefs.glyphs import find_lacking
from survey_service.briefs.html import write_page
from survey_service.briefs.making import tell_brief
from survey_service.briefs.pdf import write_pdf
from survey_service.briefs.unit import has_own_figures
from survey_service.catalogue import load_framework, load_instrument
from survey_service.measurement.instrument import Block, Instrument
from survey_service.reporting.releasing import PublishedRelease
from survey_service.storage import brief_words, projects, setup
from survey_service.storage.brief_words import BriefPlace
from survey_service.storage.database import reading
from survey_service.storage.projects import WaveRecord
from survey_service.texts import Wording


class BriefLayout(StrEnum):
    """What a brief is written as."""

    PDF = "pdf"
    HTML = "html"


class UnitUnknown(Exception):
    """The project's municipality has no such unit."""


class WordsUnknown(Exception):
    """The brief has no such version of the evaluator's words."""


@dataclass(frozen=True, slots=True)
class BriefOrder:
    """Which brief is wanted.

    `unit` is the key of the unit that a unit's brief is about. Without `own_words` it has those
    that are stored for it: the newest, or those of `words_version`. With them `words_version` is
    what they are to be called. `installation_contacts` can be talked to where the project has no
    contacts of its own.
    """

    language: str
    kind: BriefKind = BriefKind.LEADERS
    unit: str | None = None
    layout: BriefLayout = BriefLayout.PDF
    own_words: OwnWords | None = None
    installation_contacts: tuple[TalkTo, ...] = ()
    words_version: int | None = None


@dataclass(frozen=True, slots=True)
class MadeBrief:
    """A brief as bytes, and what the one who ordered it must be told.

    `lacking` are characters that the embedded type does not have, replaced on paper. A unit's
    brief whose `has_figures` is False says calmly that too few have answered.
    """

    written: bytes
    file_name: str
    media_type: str
    lacking: tuple[str, ...] = ()
    has_figures: bool = True


def make_brief(
    release: PublishedRelease, language: str, accessibility_url: str | None = None
) -> bytes:
    """Return the leaders' brief of a release as PDF; the same release gives the same bytes."""
    return order_brief(release, BriefOrder(language), accessibility_url).written


def order_brief(
    release: PublishedRelease, order: BriefOrder, accessibility_url: str | None = None
) -> MadeBrief:
    """Return any brief of a release; the same release and order give the same bytes.

    Raises:
        UnitUnknown: for a unit the project's municipality does not have.
        WordsUnknown: for a version of its words that the brief does not have.
        ValueError: for a unit's brief without a unit, or another kind with one.
    """
    content = tell_release(release, order, accessibility_url)
    on_paper = order.layout is BriefLayout.PDF
    return MadeBrief(
        written=write_pdf(content) if on_paper else write_page(content).encode("utf-8"),
        file_name=brief_file_name(release, order.language, order),
        media_type="application/pdf" if on_paper else "text/html",
        lacking=find_lacking(content) if on_paper else (),
        has_figures=order.unit is None or has_own_figures(release.figures, order.unit),
    )


def tell_release(
    release: PublishedRelease, order: BriefOrder, accessibility_url: str | None = None
) -> BriefContent:
    """Return what a brief of a release says. Raises as `order_brief` does."""
    words, version = _words_of(release, order)
    context = context_of(release, order.language, accessibility_url, words)
    context = replace(
        context,
        talk_to=context.talk_to or order.installation_contacts,
        words_version=version,
        text_version=TEXT_VERSION if version is None else f"{TEXT_VERSION}.{version}",
    )
    return tell_brief(order.kind, release.figures, context, order.language, order.unit)


def place_of(release: PublishedRelease, order: BriefOrder) -> BriefPlace:
    """Return where the words of a brief are stored. Raises UnitUnknown."""
    units = projects.find_units(reading(), release.project.municipality_id)
    if order.unit is not None and order.unit not in units:
        raise UnitUnknown(f"unit: expected one of the municipality's, found {order.unit}")
    unit_id = units[order.unit] if order.unit is not None else None
    return BriefPlace(release.project.id, release.number, order.kind.value, unit_id, order.language)


def brief_file_name(
    release: PublishedRelease, language: str, order: BriefOrder | None = None
) -> str:
    """Return a file name that is safe everywhere: resultatbrev-project-1-da.pdf.

    Briefs of another kind than the leaders' have it, and a unit's its unit, after the number; of a
    release that is not published it says that it is a draft.
    """
    order = order or BriefOrder(language)
    parts = ["resultatbrev", _plain(release.project.key) or "projekt", str(release.number)]
    if not release.is_published:
        parts.append("udkast")
    if order.kind is not BriefKind.LEADERS:
        parts.append(_KIND_NAMES[order.kind])
    if order.unit is not None:
        parts.append(_plain(order.unit) or "afdeling")
    return f"{'-'.join([*parts, language])}.{order.layout}"


def context_of(
    release: PublishedRelease,
    language: str,
    accessibility_url: str | None,
    own_words: OwnWords | None = None,
) -> BriefContext:
    """Return what a brief says beside the figures of a release."""
    project, facts = release.project, release.facts
    shown = dict.fromkeys(count.audience for count in release.figures.counts)
    used = _used_instruments(release.waves)
    return BriefContext(
        project_title=facts.project_title,
        municipality=facts.municipality,
        waves=facts.waves,
        principles=tuple(
            PrincipleName(principle.key, principle.short, principle.wording)
            for principle in load_framework(project.framework).principles
        ),
        audiences=tuple(shown),
        primary_audience=project.primary_audience,
        release_number=release.number,
        released_on=release.released_on,
        instrument_versions=tuple(
            f"{instrument.title.read_in(language)} (version {instrument.version})"
            for instrument in used
        ),
        simulated=project.is_simulated,
        accessibility_url=accessibility_url,
        primary_waves=facts.primary_waves,
        own_words=own_words or OwnWords(),
        is_published=release.is_published,
        units=facts.units,
        items=_items(used),
        talk_to=_contacts(project.id),
        decisions=facts.decisions,
        replaces=facts.replaces,
    )


_KIND_NAMES: Mapping[BriefKind, str] = {
    BriefKind.COMMITTEE: "udvalg",
    BriefKind.LEADERS: "ledelse",
    BriefKind.TEAM: "arbejdsgruppe",
    BriefKind.UNIT: "afdeling",
    BriefKind.PARTICIPANTS: "deltagere",
}


def _words_of(release: PublishedRelease, order: BriefOrder) -> tuple[OwnWords, int | None]:
    """Return the words of a brief, and which version they are; None: there never were any."""
    place = place_of(release, order)
    if order.own_words is not None:
        return order.own_words, order.words_version
    if order.words_version is None:
        found = brief_words.find_newest(reading(), place)
    else:
        found = brief_words.find_version(reading(), place, order.words_version)
        if found is None:
            raise WordsUnknown(
                f"text-version: expected one of this brief's, found {order.words_version}"
            )
    if found is None:
        return OwnWords(), None
    return OwnWords(found.introduction, found.next_steps, found.told_by), found.version


def _plain(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def _used_instruments(waves: tuple[WaveRecord, ...]) -> tuple[Instrument, ...]:
    used = {
        pair
        for wave in waves
        for pair in projects.find_wave_instruments(reading(), wave.id).values()
    }
    return tuple(load_instrument(key, version) for key, version in sorted(used))


def _items(used: tuple[Instrument, ...]) -> tuple[ItemName, ...]:
    """Return the rated questions of each audience's newest version, and those for own words."""
    newest = {instrument.audience: instrument for instrument in used}
    rated = (
        ItemName(
            instrument.audience,
            measure,
            item.key,
            item.wording,
            tuple(option.wording for option in item.answer_options),
        )
        for instrument in newest.values()
        for measure, items in instrument.measures.items()
        for item in items
    )
    written = (
        ItemName(instrument.audience, "", item.key, item.wording, ())
        for instrument in newest.values()
        for item in instrument.items
        if item.block is Block.FREE_TEXT
    )
    return (*rated, *written)


def _contacts(project_id: UUID) -> tuple[TalkTo, ...]:
    return tuple(
        TalkTo(
            Wording({"da": contact.name_da, "en": contact.name_en}),
            contact.phone,
            Wording({"da": contact.note_da, "en": contact.note_en}),
        )
        for contact in setup.find_contacts(reading(), project_id)
    )
