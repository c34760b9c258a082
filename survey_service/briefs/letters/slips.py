"""Slips with codes, eight to a sheet, to cut along the dashed lines."""

import io
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from reportlab.lib.units import mm
from reportlab.platypus import Frame

from survey_service.briefs.letters import look
from survey_service.briefs.letters.facts import LetterFacts, LetterSpeech, Slip, speeches_of
from survey_service.briefs.letters.look import paragraph_style
from survey_service.briefs.letters.qr_code import QrCode
from survey_service.briefs.tagged_pdf import (
    DocumentFacts,
    TaggedCanvas,
    TaggedParagraph,
)
from survey_service.charts import style

COLUMNS, ROWS = 2, 4
SLIP_WIDTH, SLIP_HEIGHT = look.PAGE_WIDTH / COLUMNS, look.PAGE_HEIGHT / ROWS
QR_SIZE = 34 * mm
PADDING = 7 * mm


def write_slips(slips: Sequence[Slip], facts: LetterFacts) -> bytes:
    """Return slips as a tagged PDF in memory, in their order, row by row."""
    speeches = speeches_of(facts)
    main = speeches[slips[0].language if slips else "da"]
    target = io.BytesIO()
    document = DocumentFacts(
        title=main.say("document_slips"),
        author=facts.municipality,
        subject=facts.service_name.read_in(main.language),
        language=main.language_tag,
        dated=facts.dated,
    )
    canvas = TaggedCanvas(
        target, facts=document, pagesize=(look.PAGE_WIDTH, look.PAGE_HEIGHT), pageCompression=1,
        initialFontName=paragraph_style(11).fontName,
    )  # fmt: skip
    per_sheet = COLUMNS * ROWS
    for start in range(0, len(slips), per_sheet):
        _draw_sheet(canvas, slips[start : start + per_sheet], speeches)
    canvas.save()
    return target.getvalue()


def _draw_sheet(
    canvas: TaggedCanvas, slips: Sequence[Slip], speeches: Mapping[str, LetterSpeech]
) -> None:
    for place, slip in enumerate(slips):
        row, column = divmod(place, COLUMNS)
        left, bottom = column * SLIP_WIDTH, look.PAGE_HEIGHT - (row + 1) * SLIP_HEIGHT
        speech = speeches[slip.language]
        with canvas.inside(canvas.new_element("Sect", language=speech.language_tag)):
            _draw_slip(canvas, slip, speech, left, bottom)
    with canvas.artifact():
        canvas.setStrokeColor(style.QUIET_INK)
        canvas.setLineWidth(0.5)
        canvas.setDash(4, 4)
        canvas.line(SLIP_WIDTH, 0, SLIP_WIDTH, look.PAGE_HEIGHT)
        for row in range(1, ROWS):
            canvas.line(0, row * SLIP_HEIGHT, look.PAGE_WIDTH, row * SLIP_HEIGHT)
    canvas.showPage()


def _draw_slip(
    canvas: TaggedCanvas, slip: Slip, speech: LetterSpeech, left: float, bottom: float
) -> None:
    facts = speech.facts
    words_width = SLIP_WIDTH - QR_SIZE - 2 * PADDING
    group = f"{slip.unit} · {speech.say(f'audience.{slip.audience}')}"
    story = [
        TaggedParagraph(escape(group), paragraph_style(7.5, quiet=True, after=2)),
        TaggedParagraph(
            speech.say("heading"), paragraph_style(13, bold=True, after=5, ratio=1.2), "H1"
        ),
        TaggedParagraph(
            speech.say("slip_how", address=escape(facts.short_address)),
            paragraph_style(9.5, after=5, ratio=1.3),
        ),
        TaggedParagraph(slip.code, paragraph_style(17, bold=True, after=5, ratio=1.2)),
        TaggedParagraph(
            speech.say("slip_until", date=speech.date(facts.answers_until)),
            paragraph_style(9.5, ratio=1.3),
        ),
    ]
    frame = Frame(
        left + PADDING, bottom, words_width, SLIP_HEIGHT - PADDING,
        leftPadding=0, rightPadding=6, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    frame.addFromList(story, canvas)
    if story:
        raise ValueError("slip: expected words that fit on it, found too many")
    figure = QrCode(slip.link, QR_SIZE, speech.say("qr", address=facts.short_address))
    figure.drawOn(canvas, left + SLIP_WIDTH - QR_SIZE - PADDING / 2,
                  bottom + (SLIP_HEIGHT - QR_SIZE) / 2)  # fmt: skip
