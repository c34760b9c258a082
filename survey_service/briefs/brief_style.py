"""Type, colour and spacing of a brief, in three densities. Sizes are in points."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from reportlab.lib.colors import Color
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import TableStyle

from survey_service.briefs.pictures import PictureRoom
from survey_service.charts import style

PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN = 40.0
TOP_MARGIN = 46.0
BOTTOM_MARGIN = 38.0
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
TEXT_HEIGHT = PAGE_HEIGHT - TOP_MARGIN - BOTTOM_MARGIN
COLUMN_GAP = 18.0


@dataclass(frozen=True, slots=True)
class Density:
    """How close a brief is set; `all_figures` keeps every audience in the table.

    With `wide_names` a picture's names stand on one line each, in smaller type.
    """

    body: float
    table: float
    cell_padding: float
    picture_row: float
    small_picture_row: float
    small_pictures: bool = True
    all_figures: bool = True
    side_by_side: bool = True
    wide_names: bool = False
    title: float = 20.0
    type_size: float = 1.0

    @property
    def picture(self) -> PictureRoom:
        """The room of a picture as wide as the text."""
        font_size = (8.2 if self.wide_names else 9.5) * min(self.type_size, 1.2)
        return PictureRoom(TEXT_WIDTH, self.picture_row, font_size, wide_names=self.wide_names)

    @property
    def small_picture(self) -> PictureRoom:
        """The room of a picture as wide as half the text."""
        width = (TEXT_WIDTH - COLUMN_GAP) / 2
        return PictureRoom(width, self.small_picture_row, 7.8, narrow=True)

    def is_as_close_as(self, other: "Density") -> bool:
        """Whether this leaves out all that the other does and is nowhere airier."""
        return (
            self.body <= other.body
            and self.table <= other.table
            and self.cell_padding <= other.cell_padding
            and self.picture_row <= other.picture_row
            and self.small_picture_row <= other.small_picture_row
            and self.small_pictures <= other.small_pictures
            and self.all_figures <= other.all_figures
        )

    def enlarged(self, ratio: float) -> "Density":
        """Return the same density with larger type."""
        return replace(
            self,
            body=self.body * ratio,
            table=self.table * ratio,
            picture_row=self.picture_row * ratio,
            type_size=ratio,
        )


DENSITIES = (
    Density(10, 9, 2.6, 24, 16),
    Density(9.5, 8.4, 1.9, 22, 14.5),
    Density(9, 8, 1.2, 20, 13),
    Density(8.6, 7.8, 0.8, 17, 12),
    Density(8.5, 7.6, 0.4, 16, 10.8),
    Density(8.6, 7.6, 0.7, 15, 12, small_pictures=False),
    Density(8.6, 7.6, 0.7, 15, 12, all_figures=False),
    Density(8.5, 7.6, 0.4, 15, 10.8, all_figures=False),
    Density(9.5, 8.4, 1.9, 20, 12, small_pictures=False, all_figures=False),
    Density(8.6, 7.6, 0.7, 13, 12, small_pictures=False, all_figures=False),
    Density(
        8.3,
        7.4,
        0.3,
        12.5,
        10.8,
        small_pictures=False,
        all_figures=False,
        wide_names=True,
        title=15,
    ),
)
"""Tried in order until the brief fits on its pages; those that leave out the same grow closer."""

SCOUT = 7
"""The closest of DENSITIES with every picture."""

ROOMY = Density(9.5, 8.6, 1.9, 22, 14.5)
"""For a brief that may have as many pages as it needs."""

OVERFLOWING = Density(9, 8, 1.2, 18, 13, side_by_side=False)
"""For a report too large for two pages however it is set: nothing is left out."""


@dataclass(frozen=True, slots=True)
class BriefStyles:
    """The paragraph styles of one density."""

    kicker: ParagraphStyle
    title: ParagraphStyle
    quiet: ParagraphStyle
    notice: ParagraphStyle
    heading: ParagraphStyle
    subheading: ParagraphStyle
    body: ParagraphStyle
    lead: ParagraphStyle
    fact: ParagraphStyle
    bullet: ParagraphStyle
    small_bullet: ParagraphStyle
    caption: ParagraphStyle
    cell: ParagraphStyle
    header_cell: ParagraphStyle
    number_header_cell: ParagraphStyle


@cache
def styles_of(density: Density) -> BriefStyles:
    """Return the paragraph styles of a density; there are few, and nobody changes them."""
    style.register_fonts()
    body, small, ratio = density.body, density.body * 0.93, density.type_size
    header = _style("header", density.table, bold=True, colour=style.BLUE, ratio=1.15)
    return BriefStyles(
        kicker=_style("kicker", 9.5, bold=True, colour=style.BLUE, after=1),
        title=_style(
            "title",
            density.title * min(ratio, 1.2),
            bold=True,
            colour=style.INK,
            ratio=1.15,
            after=2,
        ),
        quiet=_style("quiet", 9.5, colour=style.QUIET_INK, after=6),
        notice=_style("notice", 9.5, colour=style.RED, after=6),
        heading=_style(
            "heading", 13 * ratio, bold=True, colour=style.BLUE, before=body * 0.9, after=3
        ),
        subheading=_style("subheading", 10.5 * ratio, bold=True, before=body * 0.4, after=1),
        body=_style("body", body, after=body * 0.4),
        lead=_style("lead", body * 1.12, ratio=1.32, after=2),
        fact=_style("fact", 8.6 * min(ratio, 1.15), colour=style.QUIET_INK, after=2),
        bullet=_style("bullet", body, indent=body * 1.1, after=2),
        small_bullet=_style("small bullet", small, indent=10, after=1.5),
        caption=_style("caption", small, bold=True, colour=style.INK, after=2),
        cell=_style("cell", density.table, ratio=1.15),
        header_cell=header,
        number_header_cell=ParagraphStyle("number header", parent=header, alignment=TA_RIGHT),
    )


def table_style(
    density: Density, number_columns: Sequence[int], group_ends: Sequence[int] = ()
) -> TableStyle:
    """Return rules and type of a table.

    Args:
        density: how close it is set.
        number_columns: the columns with numbers.
        group_ends: rows that end a group, which a darker rule follows.
    """
    padding = density.cell_padding
    look = TableStyle(
        [
            ("FONTNAME", (0, 0), (-1, -1), style.REGULAR),
            ("FONTSIZE", (0, 0), (-1, -1), density.table),
            ("LEADING", (0, 0), (-1, -1), density.table * 1.15),
            ("TEXTCOLOR", (0, 0), (-1, -1), style.INK),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
            ("BACKGROUND", (0, 0), (-1, 0), style.TINT),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, style.BLUE),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, style.LINE),
            ("TOPPADDING", (0, 0), (-1, -1), padding),
            ("BOTTOMPADDING", (0, 0), (-1, -1), padding + 0.6),
            ("LEFTPADDING", (0, 0), (-1, -1), 4),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    for column in number_columns:
        look.add("ALIGN", (column, 0), (column, -1), "RIGHT")
    for row in group_ends:
        look.add("LINEBELOW", (0, row), (-1, row), 0.7, style.BLUE)
    return look


def _style(
    name: str,
    size: float,
    *,
    bold: bool = False,
    colour: Color = style.INK,
    ratio: float = 1.28,
    before: float = 0,
    after: float = 0,
    indent: float = 0,
) -> ParagraphStyle:
    return ParagraphStyle(
        name,
        fontName=style.BOLD if bold else style.REGULAR,
        bulletFontName=style.REGULAR,
        fontSize=size,
        leading=size * ratio,
        textColor=colour,
        spaceBefore=before,
        spaceAfter=after,
        leftIndent=indent,
        splitLongWords=1,
    )
