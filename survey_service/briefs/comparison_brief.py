"""The two-page brief of a comparison: released figures in, tagged PDF out."""

import io
import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate

from survey_service.briefs.brief_story import tell_details, tell_findings
from survey_service.briefs.brief_style import (
    BOTTOM_MARGIN,
    DENSITIES,
    MARGIN,
    OVERFLOWING,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    TEXT_WIDTH,
    TOP_MARGIN,
    Density,
)
from survey_service.briefs.context import BriefContext, Speech, check_fit
from survey_service.briefs.tagged_pdf import DocumentFacts, TaggedCanvas
from survey_service.charts import style
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.texts import LANGUAGES

PAGES = 2
_TEXT_HEIGHT = PAGE_HEIGHT - TOP_MARGIN - BOTTOM_MARGIN
_ENDLESS = 100_000.0
_HEADER_SIZE = 8.5


def write_brief(figures: ReleasedFigures, context: BriefContext, language: str) -> bytes:
    """Return a brief as a tagged PDF; the same figures and context give the same bytes.

    It is set as airily as two A4 pages allow. Only where more than about 8 principles, 3 audiences
    and 3 waves leave no room are, in turn, the smaller pictures and the other audiences' rows of
    the table left out, and said to be; and only where that is not enough are there more pages.

    Args:
        figures: released figures.
        context: names, dates and everything else that is not a figure.
        language: "da" or "en".

    Raises:
        ValueError: for another language, or where figures and context differ in their waves.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language: expected one of {LANGUAGES}, found {language!r}")
    check_fit(figures, context)
    speech = Speech(context, language)
    tellers = [partial(tell, figures, speech) for tell in (tell_findings, tell_details)]
    densities = [_choose_density(tell) for tell in tellers]

    def build(page_count: int) -> tuple[bytes, int]:
        # told anew each time, because measuring and painting leave their marks on flowables
        first, second = (tell(density) for tell, density in zip(tellers, densities, strict=True))
        return _build([*first, PageBreak(), *second], speech, page_count)

    written, pages = build(PAGES)
    return written if pages == PAGES else build(pages)[0]


def save_brief(path: Path, figures: ReleasedFigures, context: BriefContext, language: str) -> None:
    """Write a brief to a file, whole or not at all."""
    written = write_brief(figures, context, language)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as draft:
        try:
            draft.write(written)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise


def _choose_density(tell: Callable[[Density], list[Flowable]]) -> Density:
    """Return the airiest density in which a page's story fits on it, else the one to run over."""
    for density in DENSITIES:
        if _height_of(tell(density)) <= _TEXT_HEIGHT:
            return density
    return OVERFLOWING


def _height_of(story: list[Flowable]) -> float:
    """Return the height of flowables under each other, in points; spaces are never merged."""
    canvas = Canvas(io.BytesIO(), invariant=1)
    heights: list[float] = [
        flowable.getSpaceBefore()
        + flowable.wrapOn(canvas, TEXT_WIDTH, _ENDLESS)[1]
        + flowable.getSpaceAfter()
        for flowable in story
    ]
    return sum(heights)


def _build(story: list[Flowable], speech: Speech, page_count: int) -> tuple[bytes, int]:
    """Return the PDF and how many pages it has; `page_count` is what the footers promise."""
    target, facts = io.BytesIO(), _facts_of(speech)
    document = BaseDocTemplate(
        target,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        initialFontName=style.REGULAR,
        title=facts.title,
        author=facts.author,
        subject=facts.subject,
        creator="survey-service",
        pageCompression=1,
    )
    frame = Frame(
        MARGIN,
        BOTTOM_MARGIN,
        TEXT_WIDTH,
        _TEXT_HEIGHT,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    furnish = partial(_furnish_page, speech=speech, page_count=page_count)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=furnish))
    document.build(story, canvasmaker=partial(TaggedCanvas, facts=facts))
    return target.getvalue(), document.page


def _facts_of(speech: Speech) -> DocumentFacts:
    context = speech.context
    return DocumentFacts(
        title=_joined(
            f"{speech.say('brief.kind')}: {context.project_title}", context.municipality, mark=", "
        ),
        author=context.municipality,
        subject=speech.say(
            "brief.document_subject", count=len(context.waves), release=context.release_number
        ),
        language=speech.locale.replace("_", "-"),
        dated=context.released_on,
    )


def _furnish_page(
    canvas: TaggedCanvas, _document: BaseDocTemplate, *, speech: Speech, page_count: int
) -> None:
    """Paint header and footer, which are artifacts: what they say is in the document as well."""
    context = speech.context
    with canvas.artifact("Pagination"):
        canvas.saveState()
        canvas.setFont(style.REGULAR, _HEADER_SIZE)
        canvas.setFillColor(style.QUIET_INK)
        release = speech.say(
            "brief.release",
            release=context.release_number,
            date=speech.date(context.released_on),
        )
        page = speech.say("brief.page", page=canvas.getPageNumber(), pages=page_count)
        foot = _joined(context.municipality, context.project_title, release)
        foot = style.shorten_text(foot, style.REGULAR, _HEADER_SIZE, TEXT_WIDTH - 70)
        canvas.drawString(MARGIN, 22, foot)
        canvas.drawRightString(PAGE_WIDTH - MARGIN, 22, page)
        canvas.setStrokeColor(style.LINE)
        canvas.line(MARGIN, 33, PAGE_WIDTH - MARGIN, 33)
        _paint_header(canvas, speech)
        canvas.restoreState()


def _joined(*words: str, mark: str = " · ") -> str:
    """Return words with a mark between them; a brief from a file may have no municipality."""
    return mark.join(word for word in words if word)


def _paint_header(canvas: Canvas, speech: Speech) -> None:
    top = PAGE_HEIGHT - 30
    canvas.setFillColor(style.BLUE)
    canvas.rect(0, PAGE_HEIGHT - 8, PAGE_WIDTH, 8, stroke=0, fill=1)
    canvas.setFillColor(style.QUIET_INK)
    kind = _joined(speech.say("brief.kind"), speech.context.municipality)
    canvas.drawString(
        MARGIN, top, style.shorten_text(kind, style.REGULAR, _HEADER_SIZE, TEXT_WIDTH - 110)
    )
    if not speech.context.simulated:
        return
    words = speech.say("brief.simulated")
    width = style.measure_text(words, style.BOLD, _HEADER_SIZE) + 14
    left = PAGE_WIDTH - MARGIN - width
    canvas.setFillColor(style.RED)
    canvas.roundRect(left, top - 5, width, 16, 3, stroke=0, fill=1)
    canvas.setFillColor(style.WHITE)
    canvas.setFont(style.BOLD, _HEADER_SIZE)
    canvas.drawString(left + 7, top, words)
