"""The same briefs through ReportLab as it comes: no structure, no marked content, no metadata.

The product has no switch for this, so the pieces that tag are put aside here: the canvas, the
painting of each flowable and the hook of tables. Content, styles, layout and bookmarks stay.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

from reportlab.graphics import renderPDF
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Table, TableStyle

from survey_service.briefs import pdf, pdf_tables
from survey_service.briefs.tagged_pdf import (
    DocumentFacts,
    DrawnLater,
    Heading,
    LinkParagraph,
    ListItem,
    TableCaption,
    TableTags,
    TaggedFigure,
    TaggedParagraph,
    TaggedText,
)


class UntaggedCanvas(Canvas):
    """A plain canvas with what a brief asks of one beside tags."""

    def __init__(self, filename: Any, *, facts: DocumentFacts, furnish: Any, **options: Any):
        super().__init__(filename, **(options | {"pdfVersion": (1, 7), "invariant": 1}))
        self.setTitle(facts.title)
        self.setAuthor(facts.author)
        self.setSubject(facts.subject)
        self._furnish = furnish
        self._bookmark_count = self._bookmark_level = 0

    def artifact(self, _kind: str = "Layout") -> nullcontext[None]:
        return nullcontext()

    def add_bookmark(self, words: str, level: int, top: float) -> None:
        self._bookmark_count += 1
        key = f"heading-{self._bookmark_count}"
        self.bookmarkHorizontal(key, 0, top)
        self._bookmark_level = min(level, self._bookmark_level + 1)
        self.addOutlineEntry(words, key, self._bookmark_level - 1, closed=False)

    def save(self) -> None:
        if self._code:
            self.showPage()
        pages = self._doc.Pages.pages
        for number, page in enumerate(pages, start=1):
            self._code = []
            self.init_graphics_state()
            self._furnish(self, number, len(pages))
            page.stream += "\n".join(self._code) + "\n"
        self._code = []
        super().save()


def paint_heading(heading: Heading) -> None:
    words = heading.getPlainText(identify=True)
    heading.canv.add_bookmark(words, heading.level, heading.height)
    Paragraph.draw(heading)


def paint_item(item: ListItem) -> None:
    item._draw_bullet()  # noqa: SLF001 - the same bullet
    Paragraph.draw(item)


def paint_figure(figure: TaggedFigure) -> None:
    drawing = figure.drawing.make() if isinstance(figure.drawing, DrawnLater) else figure.drawing
    renderPDF.draw(drawing, figure.canv, 0, 0)
    if figure.caption is not None:
        figure.caption.drawOn(figure.canv, 0, figure.drawing.height + figure.gap)


def plain_table(
    cells: Sequence[Sequence[Any]], tags: TableTags, style: TableStyle, widths: Sequence[float]
) -> Table:
    rows = [list(row) for row in cells]
    return Table(rows, colWidths=list(widths), repeatRows=tags.header_rows, style=style)


@contextmanager
def untagged() -> Iterator[None]:
    """Write briefs without tags inside the block."""
    paintings = {
        TaggedText: Paragraph.draw,
        TaggedParagraph: Paragraph.draw,
        LinkParagraph: Paragraph.draw,
        TableCaption: Paragraph.draw,
        Heading: paint_heading,
        ListItem: paint_item,
        TaggedFigure: paint_figure,
    }
    with ExitStack() as patches:
        patches.enter_context(patch.object(pdf, "TaggedCanvas", UntaggedCanvas))
        patches.enter_context(patch.object(pdf_tables, "tagged_table", plain_table))
        for flowable, paint in paintings.items():
            patches.enter_context(patch.object(flowable, "draw", paint))
        yield
