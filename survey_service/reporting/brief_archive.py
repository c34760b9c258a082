"""All briefs of a release in one archive."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from survey_service.briefs.content import BriefKind
from survey_service.briefs.context import TalkTo
from survey_service.reporting.brief_making import BriefOrder, order_brief
from survey_service.reporting.releasing import PublishedRelease

Tell = Callable[[str, int, int], None]
"""Is told the step's name, how many briefs are made, and of how many; may raise to stop."""

STEP = "briefs"


@dataclass(frozen=True, slots=True)
class OnEveryBrief:
    """What the installation has on its briefs, as `brief_making` takes it for a single one."""

    contacts: tuple[TalkTo, ...] = ()
    accessibility_url: str | None = None


def write_brief_archive(
    target: BinaryIO,
    release: PublishedRelease,
    languages: Sequence[str],
    tell: Tell,
    own: OnEveryBrief | None = None,
) -> None:
    """Write a ZIP archive of every kind of brief in every language, with a folder per language.

    Args:
        target: what it is written to, brief by brief: no more than one is held in memory.
        release: whose figures they tell.
        languages: "da", "en" or both.
        tell: is told before each brief, and once at the end.
        own: what the installation adds to each.

    Units of which no figure is shown have no brief of their own. Each brief carries the newest
    words saved for it. The same release and words give the same bytes: every file has the
    release's date, and is the one that is given singly.
    """
    own = own or OnEveryBrief()
    orders = [order for language in languages for order in _orders(release, language)]
    day = release.released_on
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for done, order in enumerate(orders):
            tell(STEP, done, len(orders))
            signed = replace(order, installation_contacts=own.contacts)
            made = order_brief(release, signed, own.accessibility_url)
            name = _name(order.language, made.file_name, archive.namelist())
            dated = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            dated.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(dated, made.written)
    tell(STEP, len(orders), len(orders))


def _name(folder: str, file_name: str, taken: Sequence[str]) -> str:
    """Return a name of its own: units whose keys differ in æ, ø or å alone have the same."""
    stem, _, ending = file_name.rpartition(".")
    names = [f"{folder}/{file_name}"]
    while names[-1] in taken:
        names.append(f"{folder}/{stem}-{len(names) + 1}.{ending}")
    return names[-1]


def _orders(release: PublishedRelease, language: str) -> Iterator[BriefOrder]:
    for kind in BriefKind:
        if kind is not BriefKind.UNIT:
            yield BriefOrder(language, kind=kind)
    details = release.figures.details
    shown = dict.fromkeys(figure.unit for figure in (details.unit_figures if details else ()))
    for unit in shown:
        yield BriefOrder(language, kind=BriefKind.UNIT, unit=unit)
