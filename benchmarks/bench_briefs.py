"""What a brief costs: tagged beside untagged, beside WeasyPrint, and 200 units' in one go.

All of it is of the demonstration's release. The two sides of a ratio alternate in one process and
are measured in processor time, because a machine that others use too says little in seconds. A
ratio is that of the sides' medians.

Tagging is measured twice: over the whole of writing a brief, and over building the document alone,
where nothing that both sides share (measuring, drawing pictures) makes the ratio look better.

WeasyPrint writes the leaders' brief from its HTML twin, with the twin's own style, the same words,
tables and pictures (as SVG) and the same type, as PDF/UA-1. What our pages leave out for want of
room is left out of it too. Both sides begin with the content. Setting a brief in one density after
another until it fits on two pages is what WeasyPrint has no like for: the ratio with that is told
beside the one without.

For 200 units the municipality is given more units with the figures of those it has. Memory is what
the process holds (RSS) after so and so many briefs.
"""

import argparse
import gc
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import cycle
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner
from flask import Flask
from pypdf import PdfReader
from reportlab.platypus import Flowable
from untagged import untagged

from survey_service.briefs import html, pdf, pdf_fitting
from survey_service.briefs.brief_style import OVERFLOWING, ROOMY, Density
from survey_service.briefs.content import (
    Block,
    BriefContent,
    BriefKind,
    Columns,
    Figure,
    Table,
)
from survey_service.briefs.pdf import write_pdf
from survey_service.briefs.pdf_blocks import set_blocks
from survey_service.charts import style
from survey_service.cli import main as survey_service
from survey_service.cli.comparing import find_project_by_key
from survey_service.cli.demo_project import PROJECT_KEY
from survey_service.cli.service import open_installation
from survey_service.measurement.released_details import ReleasedUnitFigure
from survey_service.reporting.brief_archive import write_brief_archive
from survey_service.reporting.brief_making import BriefOrder, order_brief, tell_release
from survey_service.reporting.releasing import PublishedRelease, find_release
from survey_service.storage import projects
from survey_service.storage.database import writing

MOST_FOR_TAGS = 1.3
LEAST_BEFORE_WEASYPRINT = 8.0
MOST_MEMORY = 1.1
MEMORY_AFTER = (20, 50, 100, 200)
UNIT_COUNT = 200
WEASYPRINT_STYLE = """
@page { size: A4; margin: 38pt 40pt; }
html { font-size: 7.6pt; }
.brief { max-width: none; padding: 0; }
"""
FACES = {style.REGULAR: "400", style.BOLD: "600"}


def main() -> int:
    """Measure and print; exit status 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--units", type=int, default=UNIT_COUNT)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app, release = set_up(Path(folder) / "demo", chosen.units)
        with app.app_context():
            kept = [
                compare_tagging(release, chosen.rounds),
                compare_weasyprint(release, chosen.rounds),
                watch_memory(release, chosen.units, Path(folder)),
            ]
    print("\nall limits kept" if all(kept) else "\nA LIMIT IS MISSED")
    return 0 if all(kept) else 1


def set_up(instance: Path, unit_count: int) -> tuple[Flask, PublishedRelease]:
    """Build the demonstration, give it more units, and return it with its newest release."""
    done = CliRunner().invoke(survey_service, ["--instance", str(instance), "demo", "--no-serve"])
    if done.exit_code:
        raise RuntimeError(done.output)
    app = open_installation(instance)
    with app.app_context():
        project = find_project_by_key(PROJECT_KEY, None)
        with writing() as session:
            for number in range(unit_count):
                projects.add_unit(
                    session, project.municipality_id, f"bench-{number}", f"Afdeling {number}"
                )
        return app, find_release(project.id)


def compare_tagging(release: PublishedRelease, rounds: int) -> bool:
    """Print what tags cost for each kind of brief."""
    print("tagging          pages    tagged  untagged  ratio | building alone  ratio | size")
    worst = 0.0
    for kind, content in contents_of(release).items():
        whole = alternate(rounds, partial(write_pdf, content), partial(write_untagged, content))
        written = [result for _, result in whole]
        tagged, plain = (statistics.median(seconds) for seconds, _ in whole)
        building, plain_building = compare_building(content, rounds)
        worst = max(worst, tagged / plain, building / plain_building)
        pages = len(PdfReader(BytesIO(written[0])).pages)
        print(
            f"{kind:<14} {pages:>7} {tagged:>7.3f} s {plain:>7.3f} s {tagged / plain:>6.2f} "
            f"| {building:>12.3f} s {building / plain_building:>6.2f} "
            f"| {len(written[0]) / 1000:.0f} : {len(written[1]) / 1000:.0f} kB",
            flush=True,
        )
    print(f"largest ratio {worst:.2f}, limit {MOST_FOR_TAGS}")
    return worst <= MOST_FOR_TAGS


def compare_weasyprint(release: PublishedRelease, rounds: int) -> bool:
    """Print how much longer WeasyPrint takes for the leaders' brief."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    content = contents_of(release)[BriefKind.LEADERS]
    shown, fonts = as_on_paper(content), FontConfiguration()
    look = weasyprint.CSS(string=WEASYPRINT_STYLE + own_type(), font_config=fonts)

    def write_elsewhere() -> bytes:
        with patch.object(html, "PHONE", ROOMY.picture):
            read = weasyprint.HTML(string=html.write_page(shown))
        return read.write_pdf(stylesheets=[look], font_config=fonts, pdf_variant="pdf/ua-1")

    densities = [find_density(page, content) for page in content.pages]

    def set_known(content: BriefContent) -> tuple[list[list[Flowable]], bool]:
        known = zip(content.pages, densities, strict=True)
        return [set_blocks(page, content.language, density) for page, density in known], True

    def write_known() -> bytes:
        with patch.object(pdf, "set_pages", set_known):
            return write_pdf(content)

    found = alternate(rounds, partial(write_pdf, content), write_known, write_elsewhere)
    print(f"\nWeasyPrint {weasyprint.__version__}, leaders' brief as PDF/UA-1")
    names = ("fitted to its pages", "set as it was fitted", "WeasyPrint")
    medians = [statistics.median(seconds) for seconds, _ in found]
    for name, median, (_, written) in zip(names, medians, found, strict=True):
        reader = PdfReader(BytesIO(written))
        print(
            f"{name:<21} {median:>7.3f} s, {len(reader.pages)} pages, "
            f"{len(written) / 1000:.0f} kB, {count_words(reader)} words"
        )
    fitted, known, theirs = medians
    print(
        f"ratio {theirs / known:.1f}, limit {LEAST_BEFORE_WEASYPRINT}; "
        f"with our fitting to two pages {theirs / fitted:.1f}",
        flush=True,
    )
    return theirs / known >= LEAST_BEFORE_WEASYPRINT


def as_on_paper(content: BriefContent) -> BriefContent:
    """Return the content without what its own pages leave out for want of room."""
    pages = tuple(
        tuple(
            shown for block in page for shown in blocks_on_paper(block, find_density(page, content))
        )
        for page in content.pages
    )
    return replace(content, pages=pages)


def find_density(page: tuple[Block, ...], content: BriefContent) -> Density:
    return pdf_fitting._Trial(page, content).find() or OVERFLOWING  # noqa: SLF001


def blocks_on_paper(block: Block, density: Density) -> Iterator[Block]:
    if isinstance(block, Figure) and block.may_be_left_out and not density.small_pictures:
        return
    if isinstance(block, Table) and block.shorter is not None and not density.all_figures:
        block = block.shorter
    if isinstance(block, Columns):
        block = Columns(
            tuple(
                tuple(shown for part in column for shown in blocks_on_paper(part, density))
                for column in block.columns
            )
        )
    yield block


def watch_memory(release: PublishedRelease, unit_count: int, folder: Path) -> bool:
    """Print the memory held while all units' briefs are made: one after another, and as a ZIP."""
    release = with_units(release, unit_count)
    units = [f"bench-{number}" for number in range(unit_count)]
    print(f"\n{unit_count} units' briefs", "".join(f"{number:>9}" for number in MEMORY_AFTER))
    held: dict[int, float] = {}
    start = time.process_time()
    for number, unit in enumerate(units, start=1):
        order_brief(release, BriefOrder("da", BriefKind.UNIT, unit))
        note_memory(held, number)
    one_by_one = tell_memory("one by one", held, time.process_time() - start)
    start = time.process_time()
    archived: dict[int, float] = {}
    with (folder / "briefs.zip").open("w+b") as target:
        write_brief_archive(
            target, release, ("da",), lambda _, done, __: note_memory(archived, done - 4)
        )
        size = target.tell()
    as_archive = tell_memory("as an archive", archived, time.process_time() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(f"archive of {size / 1e6:.1f} MB; the most the process ever held {peak:.0f} MB")
    return one_by_one and as_archive


def contents_of(release: PublishedRelease) -> dict[BriefKind, BriefContent]:
    """Return every kind of brief of the release; the unit's of the first that has figures."""
    unit = unit_figures(release)[0].unit
    return {
        kind: tell_release(
            release, BriefOrder("da", kind, unit if kind is BriefKind.UNIT else None)
        )
        for kind in BriefKind
    }


def alternate(rounds: int, *ways: Callable[[], bytes]) -> list[tuple[list[float], bytes]]:
    """Return how long each way takes, in turns, after each was walked once, and what it wrote."""
    found: list[tuple[list[float], bytes]] = [([], way()) for way in ways]
    gc.collect()
    for _ in range(rounds):
        for (seconds, _), way in zip(found, ways, strict=True):
            start = time.process_time()
            way()
            seconds.append(time.process_time() - start)
    return found


def write_untagged(content: BriefContent) -> bytes:
    with untagged():
        return write_pdf(content)


def compare_building(content: BriefContent, rounds: int) -> tuple[float, float]:
    """Return how long building the document takes alone, with tags and without."""
    tagged: list[float] = []
    plain: list[float] = []
    for _ in range(rounds):
        with timed_building(tagged):
            write_pdf(content)
        with timed_building(plain), untagged():
            write_pdf(content)
    return statistics.median(tagged), statistics.median(plain)


@contextmanager
def timed_building(seconds: list[float]) -> Iterator[None]:
    """Add the processor seconds of building a document; its flowables are there before."""
    build = pdf._build  # noqa: SLF001 - the very step that is measured

    def timed(*given: object) -> bytes:
        start = time.process_time()
        written: bytes = build(*given)
        seconds.append(time.process_time() - start)
        return written

    with patch.object(pdf, "_build", timed):
        yield


def own_type() -> str:
    """Return the faces that the service's own PDF embeds."""
    folder = Path(style.__file__).parent / "fonts"
    return "".join(
        f'@font-face {{ font-family: "IBM Plex Sans"; font-weight: {weight}; '
        f"src: url({(folder / style._FONT_FILES[name]).as_uri()}) }}"  # noqa: SLF001
        for name, weight in FACES.items()
    )


def count_words(reader: PdfReader) -> int:
    return sum(len(page.extract_text().split()) for page in reader.pages)


def unit_figures(release: PublishedRelease) -> tuple[ReleasedUnitFigure, ...]:
    details = release.figures.details
    if details is None:
        raise RuntimeError("the demonstration's release has no figures of units")
    return tuple(figure for figure in details.unit_figures if not figure.is_level)


def with_units(release: PublishedRelease, unit_count: int) -> PublishedRelease:
    """Return the release with the figures of so many units, taken in turn from those it has."""
    known: dict[str, list[ReleasedUnitFigure]] = {}
    for figure in unit_figures(release):
        known.setdefault(figure.unit, []).append(figure)
    figures = tuple(
        replace(figure, unit=f"bench-{number}")
        for number, own in zip(range(unit_count), cycle(known.values()), strict=False)
        for figure in own
    )
    details = replace(release.figures.details, unit_figures=figures)
    return replace(release, figures=replace(release.figures, details=details))


def note_memory(held: dict[int, float], number: int) -> None:
    if number in MEMORY_AFTER:
        held[number] = resident_megabytes()


def resident_megabytes() -> float:
    """Return what the process holds now; not the most it ever held."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def tell_memory(name: str, held: dict[int, float], seconds: float) -> bool:
    ratio = max(held.values()) / held[min(held)]
    shown = "".join(f"{megabytes:>6.0f} MB" for megabytes in held.values())
    print(
        f"{name:<17}{shown}   ratio {ratio:.2f}, limit {MOST_MEMORY}; {seconds:.1f} s", flush=True
    )
    return ratio <= MOST_MEMORY


if __name__ == "__main__":
    raise SystemExit(main())
