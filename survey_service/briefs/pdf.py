"""A brief on paper: content in, tagged PDF out; the same content gives the same bytes."""

import io
from functools import partial

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate

from survey_service.briefs.brief_style import (
    BOTTOM_MARGIN,
    MARGIN,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    TEXT_HEIGHT,
    TEXT_WIDTH,
)
from survey_service.briefs.content import BriefContent
from survey_service.briefs.glyphs import printable
from survey_service.briefs.pdf_fitting import set_pages
from survey_service.briefs.pdf_tables import KeptTogether
from survey_service.briefs.tagged_pdf import DocumentFacts, TaggedCanvas
from survey_service.charts import style

_HEADER_SIZE = 8.5
_HEADER_BASELINE = PAGE_HEIGHT - 30


def write_pdf(content: BriefContent) -> bytes:
    """Return a brief as a tagged PDF.

    A brief that is meant to fill so and so many pages is set as airily as they allow. Only where
    the closest type leaves no room is what repeats itself left out, and said to be; and only where
    that is not enough are there more pages. What the type cannot show is replaced, see `glyphs`.
    """
    content, pages, fits = _set(content)
    story: list[Flowable] = []
    for page in pages:
        # a page that ran over is not left half empty for the sake of the next one
        story += [PageBreak()] if story and fits else []
        story += page
    return _build(story, content)


def keeps_to_its_pages(content: BriefContent) -> bool:
    """Whether a brief fills no more pages than it is meant to."""
    return _set(content)[2]


def _set(content: BriefContent) -> tuple[BriefContent, list[list[Flowable]], bool]:
    """Return the fullest version of a brief that has room, else the briefest, and its pages."""
    content = printable(content)
    pages, fits = set_pages(content)
    while not fits and content.briefer is not None:
        content = printable(content.briefer)
        pages, fits = set_pages(content)
    return content, pages, fits


def _build(story: list[Flowable], content: BriefContent) -> bytes:
    target, facts = io.BytesIO(), _facts_of(content)
    document = BaseDocTemplate(
        target,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        initialFontName=style.REGULAR,
        title=facts.title,
        author=facts.author,
        subject=facts.subject,
        creator="survey-service",
        pageCompression=1,
        keepTogetherClass=KeptTogether,
    )
    frame = Frame(
        MARGIN,
        BOTTOM_MARGIN,
        TEXT_WIDTH,
        TEXT_HEIGHT,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    document.addPageTemplates(PageTemplate(frames=[frame]))
    furnish = partial(_furnish_page, content=content)
    document.build(story, canvasmaker=partial(TaggedCanvas, facts=facts, furnish=furnish))
    return target.getvalue()


def _facts_of(content: BriefContent) -> DocumentFacts:
    return DocumentFacts(
        title=content.title,
        author=content.owner,
        subject=content.subject,
        language=content.locale,
        dated=content.dated,
    )


def _furnish_page(
    canvas: TaggedCanvas, number: int, page_count: int, *, content: BriefContent
) -> None:
    """Paint header and footer, which are artifacts: what they say is in the document as well."""
    with canvas.artifact("Pagination"):
        canvas.saveState()
        canvas.setFont(style.REGULAR, _HEADER_SIZE)
        canvas.setFillColor(style.QUIET_INK)
        page = content.page_pattern.format(page=number, pages=page_count)
        if page_count > 1:  # a single page would only say again what stands at its top
            canvas.drawString(MARGIN, 22, _foot(content, TEXT_WIDTH - 70))
            kind = _joined(content.kind_name, content.owner)
            room = TEXT_WIDTH - _mark_width(content) - 12
            kind = style.shorten_text(kind, style.REGULAR, _HEADER_SIZE, room)
            canvas.drawString(MARGIN, _HEADER_BASELINE, kind)
        canvas.drawRightString(PAGE_WIDTH - MARGIN, 22, page)
        canvas.setStrokeColor(style.LINE)
        canvas.line(MARGIN, 33, PAGE_WIDTH - MARGIN, 33)
        _paint_header(canvas, content)
        canvas.restoreState()


def _foot(content: BriefContent, room: float) -> str:
    """Return the foot's line: where it is too long the names give way, and the release stands."""
    release = content.release_line
    left = room - style.measure_text(f" · {release}", style.REGULAR, _HEADER_SIZE)
    names = _joined(content.owner, content.project)
    return _joined(style.shorten_text(names, style.REGULAR, _HEADER_SIZE, left), release)


def _joined(*words: str) -> str:
    """Return words with a mark between them; a brief from a file may have no municipality."""
    return " · ".join(word for word in words if word)


def _paint_header(canvas: Canvas, content: BriefContent) -> None:
    top = _HEADER_BASELINE
    canvas.setFillColor(style.BLUE)
    canvas.rect(0, PAGE_HEIGHT - 8, PAGE_WIDTH, 8, stroke=0, fill=1)
    if not content.mark:
        return
    width = _mark_width(content)
    left = PAGE_WIDTH - MARGIN - width
    canvas.setFillColor(style.RED)
    canvas.roundRect(left, top - 5, width, 16, 3, stroke=0, fill=1)
    canvas.setFillColor(style.WHITE)
    canvas.setFont(style.BOLD, _HEADER_SIZE)
    canvas.drawString(left + 7, top, content.mark)


def _mark_width(content: BriefContent) -> float:
    if not content.mark:
        return 0.0
    return float(style.measure_text(content.mark, style.BOLD, _HEADER_SIZE)) + 14
