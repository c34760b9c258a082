"""A brief's table on paper: widths that fit its columns, and tags a screen reader can follow."""

from collections.abc import Callable
from functools import lru_cache

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, KeepTogether
from reportlab.platypus import Table as PlatypusTable

from survey_service.briefs.brief_style import TEXT_WIDTH, BriefStyles, Density, table_style
from survey_service.briefs.content import Cell, Column, Table
from survey_service.briefs.markup import plain
from survey_service.briefs.tagged_pdf import TableCaption, TableTags, TaggedText, tagged_table
from survey_service.charts.signs import VERDICT_COLOURS, draw_sign
from survey_service.charts.style import BOLD, REGULAR, measure_text
from survey_service.measurement.comparison import Verdict

_PADDING = 9.0
_ENDLESS = 100_000.0
_LONG_TABLE = 12
_FIRST_ROWS = 6
_NARROWEST_NAME = 86.0
_WIDEST_WORDS = 108.0
_WIDEST_WORDS_BESIDE_VERDICTS = 92.0
_WIDEST_NUMBER_HEADER = 62.0

Measure = Callable[[str], float]


class VerdictCell(TaggedText):
    """A verdict's sign, drawn, and its word."""

    def __init__(self, word: str, verdict: Verdict, style: ParagraphStyle) -> None:
        self.verdict = verdict
        super().__init__(word, _verdict_style(verdict, style))

    def draw(self) -> None:
        """Paint sign and word."""
        size = self.style.fontSize
        drawing = Drawing(size, size)
        drawing.add(draw_sign(self.verdict, 0, 0, size))
        renderPDF.draw(drawing, self.canv, 0, self.height - size)
        super().draw()


@lru_cache(maxsize=256)
def _verdict_style(verdict: Verdict, style: ParagraphStyle) -> ParagraphStyle:
    return ParagraphStyle(
        "verdict",
        parent=style,
        leftIndent=style.fontSize * 1.15,
        splitLongWords=0,
        textColor=VERDICT_COLOURS[verdict],
    )


class KeptTogether(KeepTogether):  # type: ignore[misc]
    """What stands on one page together; of a long table its first rows are enough.

    Otherwise a table that fills most of a page would leave the one before it half empty.
    """

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        """Return what is kept together, to be broken within its table where the beginning fits."""
        *above, last = self._content
        if isinstance(last, PlatypusTable) and len(last._cellvalues) > _LONG_TABLE:  # noqa: SLF001
            used = sum(
                part.getSpaceBefore()
                + part.wrapOn(self.canv, available_width, _ENDLESS)[1]
                + part.getSpaceAfter()
                for part in above
            )
            last.wrapOn(self.canv, available_width, _ENDLESS)
            if used + sum(last._rowHeights[:_FIRST_ROWS]) <= available_height:  # noqa: SLF001
                return list(self._content)
        return list(super().split(available_width, available_height))


def set_table(table: Table, styles: BriefStyles, density: Density) -> list[Flowable]:
    """Return caption and table."""
    widths = _widths(table, density)
    tags = TableTags(1, table.header_columns, table.summary)
    header = [
        TaggedText(words, styles.number_header_cell if _is_number(column) else styles.header_cell)
        for words, column in zip(table.header, table.columns, strict=True)
    ]
    body = [
        [
            _cell(cell, column, width, styles)
            for cell, column, width in zip(row, table.columns, widths, strict=True)
        ]
        for row in table.rows
    ]
    numbers = [place for place, column in enumerate(table.columns) if _is_number(column)]
    look = table_style(density, numbers, table.group_ends)
    written = tagged_table([header, *body], tags, look, widths)
    written.hAlign = "LEFT"
    written.spaceAfter = density.body * 0.5
    return [TableCaption(table.caption.text, styles.caption, tags), written]


def _cell(cell: Cell, column: Column, width: float, styles: BriefStyles) -> object:
    if cell.verdict is not None:
        return VerdictCell(cell.text, cell.verdict, styles.cell)
    if not _is_number(column):
        return TaggedText(cell.text, styles.cell)
    words = plain(cell.text)
    if measure_text(words, REGULAR, styles.cell.fontSize) <= width - _PADDING + 1:
        return words  # as a string it costs a tenth of a paragraph
    return TaggedText(cell.text, ParagraphStyle("number", parent=styles.cell, alignment=TA_RIGHT))


def _is_number(column: Column) -> bool:
    return column is Column.NUMBER


def _widths(table: Table, density: Density) -> list[float]:
    """Return the columns' widths in points: names get what numbers and verdicts leave."""

    def measure(words: str) -> float:
        return measure_text(plain(words), REGULAR, density.table) + _PADDING

    def measure_header(words: str) -> float:
        return measure_text(plain(words), BOLD, density.table) + _PADDING

    wanted = [
        _wanted(table, place, column, density, measure, measure_header)
        for place, column in enumerate(table.columns)
    ]
    name = table.columns.index(Column.NAME)
    others = [width for place, width in enumerate(wanted) if place != name]
    heads = [words for place, words in enumerate(table.header) if place != name]
    floors = [max(map(measure_header, words.split()), default=0.0) for words in heads]
    unbroken = [
        max(floor, min(width, max((measure(row[place].text) for row in table.rows), default=0.0)))
        for place, floor, width in zip(
            (place for place in range(len(wanted)) if place != name), floors, others, strict=True
        )
    ]
    room = TEXT_WIDTH - _NARROWEST_NAME
    # a figure on two lines is read wrongly before a heading is
    others = _shrink(others, unbroken if sum(unbroken) <= room else floors, room)
    wanted = [*others[:name], wanted[name], *others[name:]]
    rest = TEXT_WIDTH - sum(others)
    fills = Column.VERDICT in table.columns
    wanted[name] = rest if fills else min(rest, max(wanted[name], _NARROWEST_NAME))
    return _share_rest(wanted, table, rest)


def _share_rest(widths: list[float], table: Table, rest: float) -> list[float]:
    """Return widths in which the columns of sentences and of names are equally wide."""
    texts = [place for place, column in enumerate(table.columns) if column is Column.TEXT]
    if not texts:
        return widths
    sharing = [*texts, table.columns.index(Column.NAME)]
    share = (rest + sum(widths[place] for place in texts)) / len(sharing)
    return [share if place in sharing else width for place, width in enumerate(widths)]


def _shrink(wanted: list[float], floors: list[float], room: float) -> list[float]:
    """Return widths that fit the room: none under its longest header word, if that can be."""
    excess = sum(wanted) - room
    if excess <= 0:
        return wanted
    spare = [max(width - floor, 0.0) for width, floor in zip(wanted, floors, strict=True)]
    if sum(spare) < excess:
        return [width * room / sum(wanted) for width in wanted]
    give = excess / sum(spare)
    return [width - share * give for width, share in zip(wanted, spare, strict=True)]


def _wanted(
    table: Table,
    place: int,
    column: Column,
    density: Density,
    measure: Measure,
    measure_header: Measure,
) -> float:
    widest = max((measure(row[place].text) for row in table.rows), default=0.0)
    header = measure_header(table.header[place])
    match column:
        case Column.NUMBER:
            return max(widest, _header_width(measure_header, table.header[place]))
        case Column.VERDICT:
            return max(widest + density.table * 1.2, header)
        case Column.WORDS:
            has_verdicts = Column.VERDICT in table.columns
            most = _WIDEST_WORDS_BESIDE_VERDICTS if has_verdicts else _WIDEST_WORDS
            return min(max(widest, header) * 1.04, most)
        case Column.NAME:
            return max(widest, header) * 1.04
        case Column.TEXT:
            return max(_NARROWEST_NAME, header)


def _header_width(measure: Measure, label: str) -> float:
    """Return room for a label on two lines at most, where that is not too much."""
    longest_word = max(map(measure, label.split()), default=0.0)
    return min(max(measure("100,0"), longest_word, measure(label) * 0.66), _WIDEST_NUMBER_HEADER)
