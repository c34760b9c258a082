"""Stretches that several briefs share: how one opens, what was typed for it, who answered."""

from collections.abc import Iterable
from dataclasses import replace
from xml.sax.saxutils import escape

from survey_service.briefs.content import (
    Block,
    BriefContent,
    BriefKind,
    Bullets,
    Columns,
    Field,
    Figure,
    FigureReference,
    Heading,
    Link,
    Look,
    Paragraph,
    Sentence,
)
from survey_service.briefs.context import Speech, WaveFacts
from survey_service.briefs.findings import AudienceFindings
from survey_service.briefs.markup import plain
from survey_service.briefs.pictures import WavePicture
from survey_service.charts.description import describe_wave_dots
from survey_service.charts.wave_dots import PictureLabels
from survey_service.charts.wave_rows import common_axis, compared_waves
from survey_service.measurement.disclosure import ReleasedFigures


def bind(
    kind: BriefKind,
    speech: Speech,
    pages: Iterable[Iterable[Block]],
    most_pages: int | None = None,
    type_size: float = 1.0,
) -> BriefContent:
    """Return a brief of these pages, with what it says about itself."""
    context, say = speech.context, speech.say
    kind_name = say(f"kind.{kind}")
    named = ", ".join(
        word for word in (f"{kind_name}: {context.project_title}", context.municipality) if word
    )
    subject = "brief.document_subject" if context.is_published else "brief.draft_subject"
    return BriefContent(
        kind=kind,
        language=speech.language,
        locale=speech.locale.replace("_", "-"),
        title=named if context.is_published else say("brief.draft_title", title=named),
        kind_name=kind_name,
        owner=context.municipality,
        project=context.project_title,
        release_line=speech.release(),
        subject=say(subject, count=len(context.waves), release=context.release_number),
        dated=context.released_on,
        mark=_mark(speech),
        page_pattern=say("brief.page"),
        pages=tuple(tuple(page) for page in pages),
        most_pages=most_pages,
        type_size=type_size,
    )


def opening(kind: BriefKind, speech: Speech, title: str) -> Iterable[Block]:
    """Return whose brief it is, its title, its release, and the evaluator's introduction.

    `title` is markup.
    """
    say, context = speech.say, speech.context
    if context.municipality:
        yield Paragraph((Sentence(escape(context.municipality)),), Look.KICKER)
    yield Heading(title, 1)
    look = Look.QUIET if context.is_published else Look.NOTICE
    yield Paragraph((Sentence(f"{say(f'kind.{kind}')} · {speech.release()}"),), look)
    if context.replaces is not None:
        yield Paragraph((speech.tell("brief.replaces", number=context.replaces),), Look.QUIET)
    if context.simulated:
        yield Paragraph((speech.tell("brief.simulated_notice"),), Look.NOTICE)
    for typed in _typed_paragraphs(context.own_words.introduction):
        yield Paragraph((Sentence(typed),))


def about_figures(kind: BriefKind, figures: ReleasedFigures, speech: Speech) -> Iterable[Block]:
    """Return what stands on every brief: release, questionnaires, method, limits, accessibility."""
    context = speech.context
    release = speech.tell(
        "about.release" if context.is_published else "about.draft",
        kind=speech.say(f"kind.{kind}"),
        release=context.release_number,
        date=speech.date(context.released_on),
        version=escape(context.text_version),
    )
    minimum = FigureReference(Field.MINIMUM, written=str(figures.minimum))
    yield Heading(speech.say("section.about"), 2)
    facts = [
        speech.tell("about.method"),
        speech.tell("about.limits"),
        speech.tell("about.minimum", minimum, minimum=figures.minimum),
    ]
    if context.instrument_versions:
        instruments = escape("; ".join(context.instrument_versions))
        facts.append(speech.tell("about.instruments", instruments=instruments))
    yield Paragraph((*facts, release, speech.tell("about.read_aloud")), Look.SMALL)
    yield from accessibility(speech)


def without_intervals(figures: ReleasedFigures) -> ReleasedFigures:
    """Return the figures with no interval around a mean, for a picture without jargon."""
    means = tuple(replace(mean, ci_low=None, ci_high=None) for mean in figures.wave_means)
    return replace(figures, wave_means=means)


def next_steps(speech: Speech) -> Iterable[Block]:
    """Return the evaluator's next steps under a heading; nothing where none were typed."""
    steps = typed_lines(speech.context.own_words.next_steps)
    if steps:
        yield Heading(speech.say("section.next_steps"), 2)
        yield Bullets(tuple(Sentence(step) for step in steps))


def typed_lines(typed: str) -> tuple[str, ...]:
    """Return the lines of a plain text that say something, as markup."""
    return tuple(escape(line.strip()) for line in typed.splitlines() if line.strip())


def careful_note(speech: Speech) -> Iterable[Block]:
    """Return that some comparisons were not named beforehand, where others were."""
    if speech.context.primary_audience is not None:
        yield Paragraph((speech.tell("point.careful"),))


def measured(figures: ReleasedFigures, speech: Speech) -> Paragraph:
    """Return which waves there were, and which two are compared."""
    waves = speech.waves()
    first, last = (escape(waves[wave]) for wave in compared_waves(figures))
    return Paragraph(
        (
            speech.tell(
                "measured.lead",
                count=speech.count(len(speech.context.waves)),
                waves=speech.join([_date_wave(wave, speech) for wave in speech.context.waves]),
                first=first,
                last=last,
            ),
            *later_wave(figures, speech),
        )
    )


def later_wave(figures: ReleasedFigures, speech: Speech) -> Iterable[Sentence]:
    """Return that a wave came after the two that are compared, where one did."""
    newest = figures.waves[-1]
    if newest != compared_waves(figures)[1]:
        yield speech.tell("measured.later", wave=escape(speech.waves()[newest]))


def wave_figure(
    figures: ReleasedFigures,
    found: AudienceFindings,
    speech: Speech,
    caption: str,
    *,
    with_legend: bool = True,
    may_be_left_out: bool = False,
) -> Figure:
    """Return the waves of one audience as a picture whose alternative text begins with the finding.

    `caption` is markup.
    """
    audience, language = found.audience, speech.language
    labels = PictureLabels(speech.audience(audience), speech.principles(), speech.waves())
    picture = WavePicture(
        figures=figures,
        audience=audience,
        audience_name=labels.audience,
        principles=labels.principles,
        waves=labels.waves,
        axis=common_axis(figures, speech.context.audiences),
        with_legend=with_legend,
    )
    told = describe_wave_dots(figures, audience, labels, language)
    return Figure(picture, Sentence(caption), f"{plain(found.headline)} {told}", may_be_left_out)


def points(found: AudienceFindings, *, is_small: bool) -> Iterable[Block]:
    """Return an audience's findings as a list; nothing where there are none."""
    if found.told:
        yield Bullets(found.told, is_small)


def side_by_side(columns: list[tuple[Block, ...]]) -> Iterable[Block]:
    """Return stretches two and two beside each other, an odd last one with nothing beside it."""
    for start in range(0, len(columns), 2):
        pair = columns[start : start + 2]
        yield Columns((*pair, *(() for _ in range(2 - len(pair)))))


def accessibility(speech: Speech) -> Iterable[Block]:
    """Return the link to the accessibility statement, where the installation has one."""
    address = speech.context.accessibility_url
    if address is not None:
        text = speech.say("method.accessibility", address=escape(address))
        described = speech.say("method.accessibility_link", address=address)
        yield Link(text, address, described)


def _mark(speech: Speech) -> str:
    """Return why the brief is not the real thing, empty where it is."""
    marks = [] if speech.context.is_published else [speech.say("brief.draft_mark")]
    marks += [speech.say("brief.simulated")] if speech.context.simulated else []
    return " · ".join(marks)


def _typed_paragraphs(typed: str) -> Iterable[str]:
    for stretch in typed.replace("\r\n", "\n").split("\n\n"):
        words = " ".join(stretch.split())
        if words:
            yield escape(words)


def _date_wave(wave: WaveFacts, speech: Speech) -> str:
    label = escape(wave.label.read_in(speech.language))
    if wave.opened is None:
        return label
    if wave.closed is None:
        dates = speech.say("measured.opened", opened=speech.date(wave.opened))
    else:
        dates = speech.period(wave.opened, wave.closed)
    kept_together = dates.replace(" ", "\N{NO-BREAK SPACE}")
    return speech.say("measured.wave", wave=label, dates=kept_together)
