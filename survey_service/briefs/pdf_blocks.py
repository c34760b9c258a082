"""Blocks of a brief as flowables that tag themselves, set as close as a density says."""

from collections.abc import Iterable
from functools import partial
from xml.sax.saxutils import quoteattr

from reportlab.graphics.shapes import Drawing
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Spacer

from survey_service.briefs.brief_style import COLUMN_GAP, BriefStyles, Density, styles_of
from survey_service.briefs.content import (
    Block,
    Box,
    Bullets,
    Columns,
    Figure,
    Heading,
    Link,
    Look,
    Paragraph,
    Table,
)
from survey_service.briefs.pdf_tables import set_table
from survey_service.briefs.pictures import (
    Picture,
    PictureRoom,
    WavePicture,
    draw_picture,
    measure_waves,
)
from survey_service.briefs.tagged_pdf import (
    DrawnLater,
    LinkParagraph,
    ListGroup,
    ListItem,
    SideBySide,
    TaggedFigure,
    TaggedParagraph,
    TaggedText,
)
from survey_service.briefs.tagged_pdf import Heading as TaggedHeading
from survey_service.briefs.tagged_pdf.boxes import TintedBox

_ABOVE_PICTURE = 4.0
_BELOW_PICTURE = 4.0


def set_blocks(blocks: Iterable[Block], language: str, density: Density) -> list[Flowable]:
    """Return flowables for blocks, new ones each time: measuring and painting leave their marks.

    A density without room leaves out what says so in its block.
    """
    setter = _Setter(language, density, styles_of(density), density.picture)
    return [flowable for block in blocks for flowable in setter.set(block)]


class _Setter:
    def __init__(
        self,
        language: str,
        density: Density,
        styles: BriefStyles,
        room: PictureRoom,
        *,
        is_boxed: bool = False,
    ) -> None:
        self.language, self.density, self.styles, self.room = language, density, styles, room
        self.is_boxed = is_boxed

    def set(self, block: Block) -> list[Flowable]:
        found: list[Flowable]
        match block:
            case Heading():
                style = self._heading_style(block.level)
                heading = TaggedHeading(block.text, style, block.level)
                heading.keepWithNext = 1
                found = [heading]
            case Paragraph():
                words = " ".join(sentence.text for sentence in block.sentences)
                found = [TaggedParagraph(words, self._paragraph_style(block.look))]
            case Bullets():
                found = self._set_bullets(block)
            case Link():
                address = quoteattr(block.address)[1:-1]
                found = [LinkParagraph(block.text, address, block.description, self.styles.fact)]
            case Table():
                shown = block if self.density.all_figures else block.shorter or block
                found = set_table(shown, self.styles, self.density)
            case Figure():
                found = self._set_figure(block)
            case Box():
                boxed = self._inside(self.room, is_boxed=True)
                box = TintedBox([part for inner in block.blocks for part in boxed.set(inner)])
                box.spaceAfter = self.density.body * 0.6
                found = [box]
            case Columns():
                found = self._set_columns(block)
        return found

    def _heading_style(self, level: int) -> ParagraphStyle:
        if level == 1:
            return self.styles.title
        return self.styles.heading if level == 2 and not self.is_boxed else self.styles.subheading

    def _paragraph_style(self, look: Look) -> ParagraphStyle:
        styles: dict[Look, ParagraphStyle] = {
            Look.KICKER: self.styles.kicker,
            Look.QUIET: self.styles.quiet,
            Look.NOTICE: self.styles.notice,
            Look.BODY: self.styles.body,
            Look.LEAD: self.styles.lead,
            Look.SMALL: self.styles.fact,
        }
        return styles[look]

    def _set_bullets(self, bullets: Bullets) -> list[Flowable]:
        group = ListGroup()
        style = self.styles.small_bullet if bullets.is_small else self.styles.bullet
        return [ListItem(item.text, style, group) for item in bullets.items]

    def _set_figure(self, figure: Figure) -> list[Flowable]:
        if figure.may_be_left_out and not self.density.small_pictures:
            return []
        drawing = self._draw(figure.picture)
        caption = TaggedText(figure.caption.text, self.styles.caption)
        set_figure = TaggedFigure(drawing, figure.alternative, caption, above=_ABOVE_PICTURE)
        set_figure.spaceAfter = _BELOW_PICTURE
        return [set_figure]

    def _draw(self, picture: Picture) -> Drawing | DrawnLater:
        """Draw a picture: one that many densities are tried for not before it is needed."""
        draw = partial(draw_picture, picture, self.room, self.language)
        if not isinstance(picture, WavePicture):
            return draw()
        height = measure_waves(picture, self.room, self.language)
        return DrawnLater(self.room.width, height, draw)

    def _set_columns(self, columns: Columns) -> list[Flowable]:
        if not self.density.side_by_side:
            below = self._inside(self.density.small_picture)
            return [
                part for column in columns.columns for inner in column for part in below.set(inner)
            ]
        beside = self._inside(self.density.small_picture)
        set_columns = [
            [part for inner in column for part in beside.set(inner)] for column in columns.columns
        ]
        level = self.density.small_pictures
        return [SideBySide(set_columns, COLUMN_GAP, level_last=level), Spacer(1, 4)]

    def _inside(self, room: PictureRoom, *, is_boxed: bool = False) -> "_Setter":
        return _Setter(self.language, self.density, self.styles, room, is_boxed=is_boxed)
