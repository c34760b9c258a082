"""Tables whose rows, header cells and captions a screen reader can follow."""

from collections.abc import Sequence
from typing import Any

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Table, TableStyle

from survey_service.briefs.tagged_pdf.flowables import TaggedText
from survey_service.briefs.tagged_pdf.structure import StructureElement


class TableTags:
    """Tags a table as ReportLab paints it: rows, cells, and rules and tints as artifacts.

    Header rows that are repeated after a page break are artifacts: they have been read already.
    """

    def __init__(self, header_rows: int, header_columns: int, summary: str | None) -> None:
        self.header_rows, self.header_columns = header_rows, header_columns
        self.summary = summary
        self.element: StructureElement | None = None
        self._has_rows = False
        self._repeats = False
        self._repeating_row = False
        self._in_header = False

    def open_table(self, canvas: Any) -> StructureElement:
        """Return the table's element, new on the first call."""
        if self.element is None:
            self.element = canvas.new_element("Table", summary=self.summary)
        return self.element

    def __call__(self, table: Table, event: str, *place: Any) -> None:
        """Follow one event of ReportLab's `renderCB`."""
        canvas = table.canv
        if event == "startTable":
            canvas.enter(self.open_table(canvas))
            self._repeats, self._has_rows = self._has_rows, True
        elif event == "endTable":
            canvas.leave()
        elif event in {"startBG", "startLines"}:
            canvas.begin_artifact()
        elif event in {"endBG", "endLines"}:
            canvas.end_marked()
        else:
            self._follow_cells(canvas, event, place)

    def _follow_cells(self, canvas: Any, event: str, place: Sequence[Any]) -> None:
        if event == "startRow":
            self._in_header = place[0] < self.header_rows
            self._repeating_row = self._repeats and self._in_header
            if not self._repeating_row:
                canvas.enter(canvas.new_element("TR"))
        elif event == "endRow":
            if not self._repeating_row:
                canvas.leave()
        elif event == "startCell":
            self._begin_cell(canvas, place[1])
        elif event == "endCell":
            canvas.end_marked()
            if not self._repeating_row:
                canvas.leave()

    def _begin_cell(self, canvas: Any, column: int) -> None:
        if self._repeating_row:
            canvas.begin_artifact("Pagination")
            return
        if self._in_header:
            cell = canvas.new_element("TH", scope="Column")
        elif column < self.header_columns:
            cell = canvas.new_element("TH", scope="Row")
        else:
            cell = canvas.new_element("TD")
        canvas.enter(cell)
        canvas.begin_marked()


class TableCaption(TaggedText):
    """The caption of a table: put right before it, given the same `TableTags`."""

    def __init__(self, text: str, style: ParagraphStyle, tags: TableTags) -> None:
        super().__init__(text, style)
        self.tags = tags
        self.keepWithNext = 1

    def draw(self) -> None:
        """Paint the caption as the first kid of the table's element."""
        canvas = self.canv
        with (
            canvas.inside(self.tags.open_table(canvas)),
            canvas.inside(canvas.new_element("Caption")),
            canvas.marked(),
        ):
            super().draw()


def tagged_table(
    cells: Sequence[Sequence[Any]],
    tags: TableTags,
    style: TableStyle,
    widths: Sequence[float],
) -> Table:
    """Return a table that tags itself.

    Args:
        cells: rows of texts or flowables without elements of their own, header rows first.
        tags: how many header rows and columns there are.
        style: it must set FONTNAME for every cell, or an unembedded Helvetica slips in.
        widths: of the columns, in points.
    """
    return Table(
        [list(row) for row in cells],
        colWidths=list(widths),
        repeatRows=tags.header_rows,
        renderCB=tags,
        style=style,
    )
