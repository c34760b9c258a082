"""What a brief tells, in order: flowables for its two pages from released figures."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from reportlab.platypus import Flowable, Spacer

from survey_service.briefs.brief_style import COLUMN_GAP, BriefStyles, Density, styles_of
from survey_service.briefs.brief_tables import counts_table, figures_table
from survey_service.briefs.context import Speech, WaveFacts
from survey_service.briefs.findings import AudienceFindings, find_words
from survey_service.briefs.method_words import method_points, reading_points
from survey_service.briefs.tagged_pdf import (
    Heading,
    LinkParagraph,
    ListGroup,
    ListItem,
    SideBySide,
    TaggedFigure,
    TaggedParagraph,
    TaggedText,
)
from survey_service.briefs.tagged_pdf.boxes import TintedBox
from survey_service.charts.description import describe_wave_dots
from survey_service.charts.wave_dots import PictureLabels, PictureSize, draw_wave_dots
from survey_service.charts.wave_rows import common_axis, compared_waves
from survey_service.measurement.disclosure import ReleasedFigures


def tell_findings(figures: ReleasedFigures, speech: Speech, density: Density) -> list[Flowable]:
    """Return the first page: what was found, how many answered, and the first audience's waves."""
    story = _Story(figures, speech, density, styles_of(density))
    findings = [
        find_words(figures, audience, speech) for audience in speech.context.ordered_audiences
    ]
    return [
        *story.opening(),
        *story.in_short(findings),
        *story.measured(),
        *story.primary(findings[0]),
    ]


def tell_details(figures: ReleasedFigures, speech: Speech, density: Density) -> list[Flowable]:
    """Return the second page: the other audiences, all figures, and how it was done."""
    story = _Story(figures, speech, density, styles_of(density))
    others = speech.context.ordered_audiences[1:]
    return [
        *story.others([find_words(figures, audience, speech) for audience in others]),
        *story.all_figures(),
        *story.method(),
    ]


class _Story:
    def __init__(
        self, figures: ReleasedFigures, speech: Speech, density: Density, styles: BriefStyles
    ) -> None:
        self.figures, self.speech, self.density, self.styles = figures, speech, density, styles
        self.context = speech.context
        self.axis = common_axis(figures, self.context.audiences)

    def opening(self) -> Iterable[Flowable]:
        say, context = self.speech.say, self.context
        project, municipality = escape(context.project_title), escape(context.municipality)
        if municipality:
            yield TaggedParagraph(municipality, self.styles.kicker)
        yield Heading(say("brief.title", project=project), self.styles.title, 1)
        date = self.speech.date(context.released_on)
        release = say("brief.release", release=context.release_number, date=date)
        yield TaggedParagraph(f"{say('brief.kind')} · {release}", self.styles.quiet)
        if context.simulated:
            yield TaggedParagraph(say("brief.simulated_notice"), self.styles.notice)

    def in_short(self, findings: Sequence[AudienceFindings]) -> Iterable[Flowable]:
        lines = [
            TaggedParagraph(f"<b>{found.name}:</b> {_lowered(found.headline)}", self.styles.lead)
            for found in findings
        ]
        heading = Heading(self.speech.say("section.in_short"), self.styles.subheading, 2)
        yield TintedBox([heading, *lines])

    def measured(self) -> Iterable[Flowable]:
        say = self.speech.say
        yield Heading(say("section.measured"), self.styles.heading, 2)
        waves = self.speech.waves()
        first, last = (escape(waves[wave]) for wave in compared_waves(self.figures))
        words = say(
            "measured.lead",
            count=self.speech.count(len(self.context.waves)),
            waves=self.speech.join([self._date_wave(wave) for wave in self.context.waves]),
            first=first,
            last=last,
        )
        yield TaggedParagraph(words, self.styles.body)
        yield from counts_table(self.figures, self.speech, self.styles, self.density)

    def _date_wave(self, wave: WaveFacts) -> str:
        label = escape(wave.label.read_in(self.speech.language))
        if wave.opened is None:
            return label
        if wave.closed is None:
            dates = self.speech.say("measured.opened", opened=self.speech.date(wave.opened))
        else:
            dates = self.speech.period(wave.opened, wave.closed)
        kept_together = dates.replace(" ", "\N{NO-BREAK SPACE}")
        return self.speech.say("measured.wave", wave=label, dates=kept_together)

    def primary(self, findings: AudienceFindings) -> Iterable[Flowable]:
        heading = Heading(findings.name, self.styles.heading, 2)
        points = self._points(findings.points, small=False)
        yield heading
        yield from points
        yield Spacer(1, 4)
        waves = self.speech.waves()
        first, last = (escape(waves[wave]) for wave in compared_waves(self.figures))
        caption = self.speech.say("picture.caption", audience=findings.name, first=first, last=last)
        yield self._picture(findings.audience, caption, self.density.picture)
        yield Heading(self.speech.say("section.reading"), self.styles.heading, 2)
        yield from self._points(reading_points(self.figures, self.speech), small=True)

    def others(self, findings: Sequence[AudienceFindings]) -> Iterable[Flowable]:
        if not findings:
            return
        key = "section.one_other" if len(findings) == 1 else "section.others"
        yield Heading(self.speech.say(key), self.styles.heading, 2)
        if self.context.primary_audience is not None:
            yield TaggedParagraph(self.speech.say("point.careful"), self.styles.body)
        if not self.density.side_by_side:
            for found in findings:
                yield from self._column(found)
            return
        for start in range(0, len(findings), 2):
            columns = [self._column(found) for found in findings[start : start + 2]]
            columns += [[]] * (2 - len(columns))
            yield SideBySide(columns, COLUMN_GAP, level_last=self.density.small_pictures)
            yield Spacer(1, 4)

    def _column(self, findings: AudienceFindings) -> list[Flowable]:
        column: list[Flowable] = [
            Heading(findings.name, self.styles.subheading, 3),
            *self._points(findings.points, small=True),
        ]
        if self.density.small_pictures:
            caption = self.speech.say("picture.small_caption", audience=findings.name)
            column.append(Spacer(1, 3))
            column.append(self._picture(findings.audience, caption, self.density.small_picture))
        return column

    def all_figures(self) -> Iterable[Flowable]:
        yield Heading(self.speech.say("section.figures"), self.styles.heading, 2)
        audiences = self.context.ordered_audiences
        shown = audiences if self.density.all_figures else audiences[:1]
        yield from figures_table(self.figures, shown, self.speech, self.styles, self.density)

    def method(self) -> Iterable[Flowable]:
        yield Heading(self.speech.say("section.method"), self.styles.heading, 2)
        yield from self._points(method_points(self.figures, self.speech), small=True)
        address = self.context.accessibility_url
        if address is None:
            return
        shown = escape(address)
        text = self.speech.say("method.accessibility", address=shown)
        described = self.speech.say("method.accessibility_link", address=address)
        yield LinkParagraph(text, quoteattr(address)[1:-1], described, self.styles.small_bullet)

    def _picture(self, audience: str, caption: str, size: PictureSize) -> TaggedFigure:
        labels = PictureLabels(
            self.speech.audience(audience), self.speech.principles(), self.speech.waves()
        )
        language = self.speech.language
        drawing = draw_wave_dots(
            self.figures, audience, labels, language, size=size, axis=self.axis
        )
        alternative = describe_wave_dots(self.figures, audience, labels, language)
        return TaggedFigure(drawing, alternative, TaggedText(caption, self.styles.caption))

    def _points(self, points: Iterable[str], *, small: bool) -> list[Flowable]:
        group = ListGroup()
        look = self.styles.small_bullet if small else self.styles.bullet
        return [ListItem(point, look, group) for point in points]


def _lowered(headline: str) -> str:
    return headline[0].lower() + headline[1:]
