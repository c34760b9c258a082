"""Letters, one to a page, reminders without a code, and posters."""

import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Frame, Spacer

from survey_service.briefs.letters import look
from survey_service.briefs.letters.facts import (
    Letter,
    LetterContact,
    LetterFacts,
    LetterSpeech,
    Slip,
    speeches_of,
)
from survey_service.briefs.letters.look import paragraph_style
from survey_service.briefs.letters.qr_code import QrCode
from survey_service.briefs.tagged_pdf import (
    DocumentFacts,
    SideBySide,
    TaggedCanvas,
    TaggedParagraph,
)
from survey_service.briefs.tagged_pdf.boxes import TintedBox
from survey_service.charts.style import shorten_text

QR_SIZE = 42 * mm
POSTER_QR_SIZE = 105 * mm
CONTACTS_AT_MOST = 4


def write_letters(letters: Sequence[Letter], facts: LetterFacts) -> bytes:
    """Return letters with their codes as a tagged PDF in memory, each on a page of its own."""
    return _write(letters, facts, "document")


def write_reminder_letters(letters: Sequence[Letter], facts: LetterFacts) -> bytes:
    """Return reminders, which hold no codes and thank those who have answered."""
    return _write(letters, facts, "document_reminder")


def write_poster(link: str, facts: LetterFacts, language: str) -> bytes:
    """Return a poster with the QR code of an open link, and its address in words."""
    speech = speeches_of(facts)[language]
    canvas, target = _begin(facts, speech, "document_poster")
    centred = {"centred": True}
    shown = link.removeprefix("https://").removeprefix("http://")
    story = [
        _words(escape(facts.municipality), paragraph_style(14, quiet=True, after=24, **centred)),
        _words(speech.say("heading"), paragraph_style(30, bold=True, after=14, ratio=1.15,
                                                      **centred), "H1"),
        _words(speech.say("poster_text"), paragraph_style(16, after=18, **centred)),
        _Centred(QrCode(link, POSTER_QR_SIZE, speech.say("qr_poster"))),
        _words(speech.say("poster_how"), paragraph_style(16, after=10, before=14, **centred)),
        _words(speech.say("poster_typed"), paragraph_style(12, quiet=True, after=2, **centred)),
        _words(escape(shown), paragraph_style(13, bold=True, after=14, **centred)),
        _words(speech.say("until", date=speech.date(facts.answers_until)),
               paragraph_style(14, after=6, **centred)),
        _words(speech.voluntary("other"), paragraph_style(14, after=6, **centred)),
    ]  # fmt: skip
    _fill_page(canvas, speech, [(_frame(26 * mm), story)])
    canvas.save()
    return target.getvalue()


def _write(letters: Sequence[Letter], facts: LetterFacts, title: str) -> bytes:
    speeches = speeches_of(facts)
    main = speeches[letters[0].language if letters else "da"]
    canvas, target = _begin(facts, main, title)
    for letter in letters:
        speech = speeches[letter.language]
        has_address = bool(letter.address)
        frames = [(_frame(14 * mm), _head(speech))]
        if has_address:
            frames.append((_frame(look.ADDRESS_TOP, look.ADDRESS_HEIGHT), _recipient(letter)))
        top = look.BODY_TOP if has_address else look.BODY_TOP_WITHOUT_ADDRESS
        frames.append((_frame(top), _body(letter, speech)))
        _fill_page(canvas, speech, frames)
    canvas.save()
    return target.getvalue()


def _begin(facts: LetterFacts, speech: LetterSpeech, title: str) -> tuple[TaggedCanvas, io.BytesIO]:
    target = io.BytesIO()
    document = DocumentFacts(
        title=speech.say(title),
        author=facts.municipality,
        subject=facts.service_name.read_in(speech.language),
        language=speech.language_tag,
        dated=facts.dated,
    )
    canvas = TaggedCanvas(
        target, facts=document, pagesize=(look.PAGE_WIDTH, look.PAGE_HEIGHT), pageCompression=1,
        initialFontName=paragraph_style(11).fontName,
    )  # fmt: skip
    return canvas, target


def _fill_page(
    canvas: TaggedCanvas, speech: LetterSpeech, frames: Sequence[tuple[Frame, list[Flowable]]]
) -> None:
    """Paint a letter; what has no room goes on over the page."""
    with canvas.inside(canvas.new_element("Sect", language=speech.language_tag)):
        for frame, story in frames:
            left = list(story)
            frame.addFromList(left, canvas)
            while left:
                canvas.showPage()
                before = len(left)
                _frame(look.MARGIN).addFromList(left, canvas)
                if len(left) == before:
                    raise ValueError(
                        "letter: expected pieces that fit on a page, found a larger one"
                    )
        canvas.showPage()


def _frame(top: float, height: float | None = None) -> Frame:
    room = look.PAGE_HEIGHT - top - look.BOTTOM if height is None else height
    bottom = look.PAGE_HEIGHT - top - room
    return Frame(
        look.MARGIN, bottom, look.TEXT_WIDTH, room,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip


def _head(speech: LetterSpeech) -> list[Flowable]:
    facts = speech.facts
    return [
        _words(escape(facts.municipality), paragraph_style(12, bold=True)),
        _words(speech.date(facts.dated), paragraph_style(9.5, quiet=True)),
    ]


def _recipient(letter: Letter) -> list[Flowable]:
    """Return name and address, cut to what the window of an envelope shows."""
    look_of_lines = paragraph_style(11)
    lines = [line for line in (letter.name, *letter.address) if line][: look.ADDRESS_LINES]
    shown = [
        shorten_text(line, look_of_lines.fontName, look_of_lines.fontSize, look.ADDRESS_WIDTH)
        for line in lines
    ]
    return [_words("<br/>".join(map(escape, shown)), look_of_lines)]


def _body(letter: Letter, speech: LetterSpeech) -> list[Flowable]:
    body = paragraph_style(11, after=5.5)
    dear = speech.say("dear", name=escape(letter.name)) if letter.name else speech.say("hello")
    key = "heading" if letter.slip else "reminder_heading"
    story = [
        _words(speech.say(key), paragraph_style(19, bold=True, after=6, ratio=1.2), "H1"),
        _words(dear, body),
    ]
    story += _invite(letter.slip, speech) if letter.slip else _remind(speech)
    story += [
        _heading(speech.say("choice_heading")),
        _words(speech.voluntary(letter.audience), body),
        *(
            [_words(speech.say("privacy", minimum=speech.facts.minimum), body)]
            if letter.slip
            else []
        ),
        *_contacts(speech),
        _words(_responsible(speech), paragraph_style(8.5, quiet=True, before=8, after=2)),
        _InOtherLanguage(speech),
    ]
    return story


def _invite(slip: Slip, speech: LetterSpeech) -> list[Flowable]:
    facts, body = speech.facts, paragraph_style(11, after=5.5)
    address = escape(facts.short_address)
    words = [
        _words(speech.say("how_camera"), body),
        _words(speech.say("how_typed", address=address), body),
        _words(speech.say("code"), paragraph_style(9.5, quiet=True)),
        _words(slip.code, paragraph_style(23, bold=True, after=4, ratio=1.2)),
        _words(speech.say("keep_code"), paragraph_style(9.5, quiet=True)),
    ]
    figure = QrCode(slip.link, QR_SIZE, speech.say("qr", address=facts.short_address))
    return [
        _words(speech.say("about", municipality=escape(facts.municipality)), body),
        _heading(speech.say("how_heading")),
        TintedBox([_WordsAndPicture(words, figure)]),
        Spacer(0, 6),
        _words(speech.say("until", date=speech.date(facts.answers_until)), body),
        _words(speech.say("help"), body),
    ]


def _remind(speech: LetterSpeech) -> list[Flowable]:
    facts, body = speech.facts, paragraph_style(11, after=6)
    return [
        _words(speech.say("reminder"), body),
        _words(speech.say("reminder_how", address=escape(facts.short_address)), body),
        _words(speech.say("until", date=speech.date(facts.answers_until)), body),
        _words(speech.say("reminder_lost"), body),
    ]


def _contacts(speech: LetterSpeech) -> list[Flowable]:
    contacts = speech.facts.contacts[:CONTACTS_AT_MOST]
    if not contacts:
        return []
    lines = [_contact_line(contact, speech.language) for contact in contacts]
    return [
        _heading(speech.say("contact_heading")),
        *(_words(line, paragraph_style(10.5, after=1)) for line in lines),
    ]


def _contact_line(contact: LetterContact, language: str) -> str:
    note = contact.note.read_in(language)
    named = f"{escape(contact.name.read_in(language))}: <b>{escape(contact.phone)}</b>"
    return f"{named}. {escape(note)}" if note else named


def _responsible(speech: LetterSpeech) -> str:
    facts = speech.facts
    return speech.say(
        "responsible", controller=escape(facts.controller), contact=escape(facts.controller_contact)
    )


def _words(text: str, style: ParagraphStyle, tag: str = "P") -> TaggedParagraph:
    return TaggedParagraph(text, style, tag)


def _heading(text: str) -> TaggedParagraph:
    return _words(text, paragraph_style(12.5, bold=True, before=5, after=2), "H2")


class _WordsAndPicture(SideBySide):
    """Words to the left, a picture of its own width to the right."""

    def __init__(self, words: Sequence[Flowable], figure: QrCode) -> None:
        super().__init__([words, [figure]], gap=10)
        self.figure_width = float(figure.width)

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Return the full width and the height of the higher side, in points."""
        self.width = available_width
        widths = (available_width - self.figure_width - self.gap, self.figure_width)
        self._heights = [
            [piece.wrap(width, available_height)[1] + piece.getSpaceAfter() for piece in column]
            for column, width in zip(self.columns, widths, strict=True)
        ]
        self.height = max(map(sum, self._heights))
        return self.width, self.height

    def draw(self) -> None:
        """Paint the words, then the picture."""
        lefts = (0.0, self.width - self.figure_width)
        for left, column, heights in zip(lefts, self.columns, self._heights, strict=True):
            y = self.height
            for piece, height in zip(column, heights, strict=True):
                piece.drawOn(self.canv, left, y - height + piece.getSpaceAfter())
                y -= height


class _Centred(Flowable):  # type: ignore[misc]
    """A figure in the middle of the line."""

    def __init__(self, figure: QrCode) -> None:
        super().__init__()
        self.figure = figure

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Return the full width and the figure's height, in points."""
        self.figure_width, self.height = self.figure.wrap(available_width, available_height)
        self.width = available_width
        return self.width, self.height

    def draw(self) -> None:
        """Paint the figure."""
        self.figure.drawOn(self.canv, (self.width - self.figure_width) / 2, 0)


class _InOtherLanguage(TaggedParagraph):
    """One line for whoever reads the other language, marked as such for a screen reader."""

    def __init__(self, speech: LetterSpeech) -> None:
        super().__init__(speech.say("other_language"), paragraph_style(9, quiet=True))
        other = "da" if speech.language == "en" else "en"
        self.language_tag = LetterSpeech(speech.facts, other).language_tag

    def draw(self) -> None:
        """Paint the line inside an element of its language."""
        element = self.canv.new_element("Div", language=self.language_tag)
        with self.canv.inside(element):
            super().draw()
