"""The paper as one page of tagged PDF."""

import io
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Frame, Spacer

from survey_service.briefs.key_papers.words import ADVICE, TO_WRITE_ON, KeyPaper
from survey_service.briefs.letters import look
from survey_service.briefs.letters.look import paragraph_style
from survey_service.briefs.letters.qr_code import QrCode
from survey_service.briefs.tagged_pdf import (
    DocumentFacts,
    Heading,
    ListGroup,
    ListItem,
    SideBySide,
    TaggedCanvas,
    TaggedParagraph,
)
from survey_service.briefs.tagged_pdf.boxes import TintedBox
from survey_service.charts import style

QR_SIZE = 44 * mm
LINE_WIDTH = 95 * mm
"""Room to write on by hand."""


def write_page(paper: KeyPaper) -> bytes:
    """Return the paper as a tagged PDF of one page, in memory."""
    target = io.BytesIO()
    document = DocumentFacts(
        title=paper.say("heading"),
        author=paper.municipality,
        subject=paper.title,
        language=paper.language_tag,
        dated=paper.dated,
    )
    canvas = TaggedCanvas(
        target, facts=document, pagesize=(look.PAGE_WIDTH, look.PAGE_HEIGHT), pageCompression=1,
        initialFontName=paragraph_style(11).fontName,
    )  # fmt: skip
    story = _story(paper)
    with canvas.inside(canvas.new_element("Sect", language=paper.language_tag)):
        Frame(
            look.MARGIN, look.BOTTOM, look.TEXT_WIDTH, look.PAGE_HEIGHT - look.BOTTOM - 14 * mm,
            leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
        ).addFromList(story, canvas)  # fmt: skip
        if story:
            raise ValueError("key paper: expected words that fit on a page, found too many")
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _story(paper: KeyPaper) -> list[Flowable]:
    body = paragraph_style(10.5, after=4)
    code = paragraph_style(17, bold=True, after=2, ratio=1.3)
    lines = [
        TaggedParagraph(f"{number}&nbsp;&nbsp;&nbsp;{line}", code)
        for number, line in enumerate(paper.lines, start=1)
    ]
    return [
        Heading(
            escape(paper.say("heading")), paragraph_style(20, bold=True, after=6, ratio=1.2), 1
        ),
        TaggedParagraph(escape(paper.say("about")), paragraph_style(10.5, after=8)),
        TintedBox(lines),
        Spacer(0, 10),
        SideBySide([_facts(paper), [QrCode(paper.scanned, QR_SIZE, paper.say("qr"))]], gap=12),
        *(piece for part in ADVICE for piece in _advice(paper, part, body)),
        Spacer(0, 12),
        *(_WrittenLine(paper.say(key), paragraph_style(10.5)) for key in TO_WRITE_ON),
    ]


def _facts(paper: KeyPaper) -> list[Flowable]:
    return [
        TaggedParagraph(
            f"{escape(name)}<br/><b>{escape(value)}</b>", paragraph_style(10, after=4, ratio=1.25)
        )
        for name, value in paper.facts
    ]


def _advice(
    paper: KeyPaper, part: tuple[str, tuple[str, ...]], body: ParagraphStyle
) -> list[Flowable]:
    heading, advice = part
    listed = paragraph_style(body.fontSize, after=2, indent=12, ratio=1.3)
    group = ListGroup()
    return [
        Heading(escape(paper.say(heading)), paragraph_style(12.5, bold=True, before=7, after=3), 2),
        *(ListItem(escape(paper.say(key)), listed, group) for key in advice),
    ]


class _WrittenLine(TaggedParagraph):
    """A word, and a line behind it to write on."""

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Return the full width, and more height than the word needs, in points."""
        width, height = super().wrap(available_width, available_height)
        return width, height + 9

    def draw(self) -> None:
        """Paint the line, then the word."""
        with self.canv.artifact():
            self.canv.setStrokeColor(style.QUIET_INK)
            self.canv.setLineWidth(0.6)
            left = look.TEXT_WIDTH - LINE_WIDTH
            self.canv.line(left, 9, look.TEXT_WIDTH, 9)
        super().draw()
