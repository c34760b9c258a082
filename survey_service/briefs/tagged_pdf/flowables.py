"""Paragraphs, headings, lists and figures that tag themselves on a `TaggedCanvas`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph
from reportlab.platypus.paragraph import cleanBlockQuotedText

from survey_service.briefs.tagged_pdf.structure import StructureElement

_MARKUP = frozenset("<&")


class TaggedText(Paragraph):  # type: ignore[misc]
    """Words without an element of their own, such as a table cell's.

    ReportLab leaves out the space at a soft line end, so that a screen reader hears two words as
    one (ISO 32000-1, 14.8.2.5); it is put back here.
    """

    def __init__(self, text: str, style: ParagraphStyle, **options: Any) -> None:
        if text and not _MARKUP.intersection(text):
            # what has no markup needs no parser, which is half of what a short text costs
            options["frags"] = [_unmarked(style).clone(text=cleanBlockQuotedText(text))]
        super().__init__(text, style, **options)
        self._broken_for: float | None = None
        self._size = 0.0, 0.0

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Return the size in points; lines are broken once, however often it is asked for."""
        # trying to split them, ReportLab throws the lines away
        if self._broken_for != available_width or not hasattr(self, "blPara"):
            self._size = super().wrap(available_width, available_height)
            self._broken_for = available_width
        return self._size

    def draw(self) -> None:
        """Paint the words, with a space at every soft line end."""
        block = self.blPara
        for place, line in enumerate(block.lines[:-1]):
            if block.kind == 0:
                block.lines[place] = (line[0], [*line[1], ""])
            elif line.words and not line.words[-1].text.endswith(" "):
                line.words[-1].text += " "
        super().draw()


class TaggedParagraph(TaggedText):
    """A paragraph that is one element, over a page break too."""

    def __init__(self, text: str, style: ParagraphStyle, tag: str = "P", **options: Any) -> None:
        super().__init__(text, style, **options)
        self.tag = tag
        self._shared: list[StructureElement] = []

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        """Split at a page break; the parts stay one element."""
        parts = super().split(available_width, available_height)
        for part in parts:
            part.tag, part._shared = self.tag, self._shared  # noqa: SLF001 - parts of itself
        return list(parts)

    def draw(self) -> None:
        """Paint the paragraph as content of its element."""
        if not self._shared:
            self._shared.append(self.canv.new_element(self.tag))
        with self.canv.inside(self._shared[0]):
            self._draw_content()

    def _draw_content(self) -> None:
        with self.canv.marked():
            super().draw()


class Heading(TaggedParagraph):
    """A heading of a level, 1 to 6, that is a bookmark as well."""

    def __init__(self, text: str, style: ParagraphStyle, level: int, **options: Any) -> None:
        super().__init__(text, style, f"H{level}", **options)
        self.level = level

    def draw(self) -> None:
        """Paint the heading and set its bookmark."""
        self.canv.add_bookmark(self.getPlainText(identify=True), self.level, self.height)
        super().draw()


class LinkParagraph(TaggedParagraph):
    """A paragraph all of which is one link; `description` is what is said of where it leads."""

    def __init__(self, text: str, address: str, description: str, style: ParagraphStyle) -> None:
        super().__init__(f'<a href="{address}">{text}</a>', style)
        self.description = description

    def _draw_content(self) -> None:
        link = self.canv.new_element("Link", alternative=self.description)
        with self.canv.inside(link):
            super()._draw_content()


class ListGroup:
    """What items of one list have in common."""

    def __init__(self) -> None:
        self.element: StructureElement | None = None


class ListItem(TaggedText):
    """One item of a list: a bullet in the style's left indent, and the words.

    Over a page break it stays one item, with its bullet on the page where it begins.
    """

    def __init__(
        self, text: str, style: ParagraphStyle, group: ListGroup | None = None, **options: Any
    ) -> None:
        super().__init__(text, style, **options)
        self.group = group or ListGroup()
        self._shared: list[StructureElement] = []

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        """Split at a page break; the parts stay one item."""
        parts = super().split(available_width, available_height)
        for part in parts:
            part.group, part._shared = self.group, self._shared  # noqa: SLF001 - parts of itself
        return list(parts)

    def draw(self) -> None:
        """Paint bullet and words, each content of its own element."""
        canvas = self.canv
        if self.group.element is None:
            self.group.element = canvas.new_element("L")
        with canvas.inside(self.group.element):
            begins = not self._shared
            if begins:
                self._shared.append(canvas.new_element("LI"))
            with canvas.inside(self._shared[0]):
                if begins:
                    with canvas.inside(canvas.new_element("Lbl")), canvas.marked():
                        self._draw_bullet()
                    self._shared.append(canvas.new_element("LBody"))
                with canvas.inside(self._shared[1]), canvas.marked():
                    super().draw()

    def _draw_bullet(self) -> None:
        style = self.style
        self.canv.setFont(style.fontName, style.fontSize)
        self.canv.setFillColor(style.textColor)
        baseline = self.height - style.fontSize - (style.leading - style.fontSize) / 4
        self.canv.drawString(max(style.leftIndent - 9, 0), baseline, "•")


@dataclass(frozen=True, slots=True)
class DrawnLater:
    """A drawing whose size in points is known before it is drawn, which may never be needed."""

    width: float
    height: float
    make: Callable[[], Drawing]


class TaggedFigure(Flowable):  # type: ignore[misc]
    """A drawing as a Figure with alternative text and, over it, an optional caption.

    `gap` is the space between the two, `above` that over both, in points.
    """

    def __init__(
        self,
        drawing: Drawing | DrawnLater,
        alternative: str,
        caption: Paragraph | None = None,
        gap: float = 4,
        above: float = 0,
    ) -> None:
        super().__init__()
        self.drawing, self.alternative, self.caption, self.gap = drawing, alternative, caption, gap
        self.above = above
        self._caption_height = 0.0

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Return the size of drawing and caption together, in points."""
        self.width, self.height = self.drawing.width, self.drawing.height + self.above
        if self.caption is not None:
            width = min(available_width, self.width)
            _, self._caption_height = self.caption.wrap(width, available_height)
            self.height += self._caption_height + self.gap
        return self.width, self.height

    def draw(self) -> None:
        """Paint the caption, read first, and the drawing."""
        canvas = self.canv
        left, bottom = canvas.absolutePosition(0, 0)
        top = bottom + self.drawing.height
        bounds = (left, bottom, left + self.width, top)
        drawing = self.drawing.make() if isinstance(self.drawing, DrawnLater) else self.drawing
        figure = canvas.new_element("Figure", alternative=self.alternative, bounds=bounds)
        with canvas.inside(figure):
            with canvas.marked():
                renderPDF.draw(drawing, canvas, 0, 0)
            if self.caption is not None:
                with canvas.inside(canvas.new_element("Caption")), canvas.marked():
                    self.caption.drawOn(canvas, 0, self.drawing.height + self.gap)


class SideBySide(Flowable):  # type: ignore[misc]
    """Flowables in columns of equal width, read from left to right.

    With `level_last` the last flowable of every column begins at the same height.
    """

    def __init__(
        self, columns: Sequence[Sequence[Flowable]], gap: float, *, level_last: bool = False
    ) -> None:
        super().__init__()
        self.columns, self.gap, self.level_last = columns, gap, level_last
        self._heights: list[list[float]] = []
        self._above_last = 0.0

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Return the full width and the height of the highest column, in points."""
        self.width = available_width
        width = self._column_width()
        self._heights = [
            [
                flowable.wrap(width, available_height)[1] + flowable.getSpaceAfter()
                for flowable in column
            ]
            for column in self.columns
        ]
        self._above_last = max((sum(heights[:-1]) for heights in self._heights), default=0.0)
        self.height = max((self._height_of(heights) for heights in self._heights), default=0.0)
        return self.width, self.height

    def draw(self) -> None:
        """Paint column by column."""
        for number, (column, heights) in enumerate(zip(self.columns, self._heights, strict=True)):
            x, y = number * (self._column_width() + self.gap), self.height
            for place, (flowable, height) in enumerate(zip(column, heights, strict=True)):
                if self.level_last and place == len(column) - 1:
                    y = self.height - self._above_last
                flowable.drawOn(self.canv, x, y - height + flowable.getSpaceAfter())
                y -= height

    def _height_of(self, heights: list[float]) -> float:
        if self.level_last and heights:
            return self._above_last + heights[-1]
        return sum(heights)

    def _column_width(self) -> float:
        return float((self.width - self.gap * (len(self.columns) - 1)) / len(self.columns))


@lru_cache(maxsize=256)
def _unmarked(style: ParagraphStyle) -> Any:
    """Return how ReportLab's parser describes a word without markup in a style."""
    (fragment,) = Paragraph("x", style).frags
    return fragment
