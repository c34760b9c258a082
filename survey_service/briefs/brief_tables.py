"""The two tables of a brief: how many answered, and all figures."""

from collections.abc import Callable
from xml.sax.saxutils import escape

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable

from survey_service.briefs.brief_style import TEXT_WIDTH, BriefStyles, Density, table_style
from survey_service.briefs.context import Speech
from survey_service.briefs.tagged_pdf import TableCaption, TableTags, TaggedText, tagged_table
from survey_service.charts.figures import (
    CHART_TEXTS,
    format_difference,
    format_interval,
    format_score,
)
from survey_service.charts.signs import VERDICT_COLOURS, draw_sign
from survey_service.charts.style import REGULAR, hex_of, measure_text
from survey_service.charts.wave_rows import compared_waves, shown_contrasts
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import (
    WHOLE_NUMBERS_UNDER,
    ReleasedContrast,
    ReleasedFigures,
    ReleasedMean,
)
from survey_service.texts import load_texts

NOTHING = "–"
MOST_WAVES = 4
"""Waves the table of all figures has room for; with more it shows the two compared."""
SHARES_FROM = 20
"""Answers from which a share in per cent says more than the two counts beside it."""


class VerdictCell(TaggedText):
    """A verdict's sign, drawn, and its word."""

    def __init__(self, verdict: Verdict, language: str, style: ParagraphStyle) -> None:
        self.verdict = verdict
        word = load_texts(CHART_TEXTS)[f"verdict.{verdict}"].read_in(language)
        indented = ParagraphStyle(
            "verdict", parent=style, leftIndent=style.fontSize * 1.15, splitLongWords=0
        )
        super().__init__(
            f'<font color="{hex_of(VERDICT_COLOURS[verdict])}">{word}</font>', indented
        )

    def draw(self) -> None:
        """Paint sign and word."""
        size = self.style.fontSize
        drawing = Drawing(size, size)
        drawing.add(draw_sign(self.verdict, 0, 0, size))
        renderPDF.draw(drawing, self.canv, 0, self.height - size)
        super().draw()


def counts_table(
    figures: ReleasedFigures, speech: Speech, styles: BriefStyles, density: Density
) -> list[Flowable]:
    """Return caption and table of how many answered, a row per audience and a column per wave."""
    counts = {(count.audience, count.wave): count for count in figures.counts}
    waves = speech.waves()
    header = [TaggedText(speech.say("counts.audience"), styles.header_cell)] + [
        TaggedText(escape(waves[wave]), styles.number_header_cell) for wave in figures.waves
    ]
    rows: list[list[object]] = [list(header)]
    for audience in speech.context.ordered_audiences:
        found = [counts.get((audience, wave)) for wave in figures.waves]
        written = [
            _write_count(
                count.sent if count else None, count.roster if count else None, figures, speech
            )
            for count in found
        ]
        rows.append([TaggedText(escape(speech.audience(audience)), styles.cell), *written])
    tags = TableTags(1, 1, None)
    name_width = 130.0
    wave_width = min(125.0, (TEXT_WIDTH - name_width) / len(figures.waves))
    widths = [name_width, *([wave_width] * len(figures.waves))]
    look = table_style(density, (1, len(figures.waves)))
    table = tagged_table(rows, tags, look, widths)
    table.hAlign = "LEFT"
    return [TableCaption(speech.say("counts.caption"), styles.caption, tags), table]


def figures_table(
    figures: ReleasedFigures,
    audiences: tuple[str, ...],
    speech: Speech,
    styles: BriefStyles,
    density: Density,
) -> list[Flowable]:
    """Return caption and table of every mean, change, interval and verdict of these audiences."""
    first, last = (escape(speech.waves()[wave]) for wave in compared_waves(figures))
    several = len(audiences) > 1
    is_whole = len(audiences) == len(speech.context.audiences)
    key = "table.caption" if is_whole else "table.caption_primary"
    name = escape(speech.audience(audiences[0]))
    caption = speech.say(key, first=first, last=last, audience=name)
    tags = TableTags(1, 2 if several else 1, speech.say("table.summary"))
    shown = figures.waves if len(figures.waves) <= MOST_WAVES else compared_waves(figures)
    if len(shown) < len(figures.waves):
        caption = f"{caption}. {speech.say('table.between')}"
    rows: list[list[object]] = [_figures_header(shown, speech, styles, several)]
    for audience in audiences:
        rows += _figures_rows(figures, shown, audience, speech, styles, several)
    names = 2 if several else 1
    group = len(speech.principles())
    group_ends = range(group, group * len(audiences), group)
    look = table_style(density, (names, names + len(shown) + 1), group_ends)
    widths = _figures_widths(shown, audiences, speech, density, several)
    return [
        TableCaption(caption, styles.caption, tags),
        tagged_table(rows, tags, look, widths),
    ]


def _write_count(
    sent: int | None, roster: int | None, figures: ReleasedFigures, speech: Speech
) -> str:
    if sent is None:
        return speech.say("counts.withheld", minimum=figures.minimum)
    written = format_score(sent, speech.language)
    if roster is None:
        return written
    of = format_score(roster, speech.language)
    if sent < SHARES_FROM or sent > roster:
        return speech.say("counts.of_roster", sent=written, roster=of)
    share = format_score(100 * sent / roster, speech.language)
    return speech.say("counts.of_roster_share", sent=written, roster=of, share=share)


def _figures_header(
    shown_waves: tuple[str, ...], speech: Speech, styles: BriefStyles, several: bool
) -> list[object]:
    waves = speech.waves()
    names = ["table.audience", "table.principle"] if several else ["table.principle"]
    numbers = [escape(waves[wave]) for wave in shown_waves]
    numbers += [speech.say("table.change"), speech.say("table.interval")]
    return [
        *(TaggedText(speech.say(name), styles.header_cell) for name in names),
        *(TaggedText(words, styles.number_header_cell) for words in numbers),
        TaggedText(speech.say("table.verdict"), styles.header_cell),
    ]


def _figures_rows(
    figures: ReleasedFigures,
    shown_waves: tuple[str, ...],
    audience: str,
    speech: Speech,
    styles: BriefStyles,
    several: bool,
) -> list[list[object]]:
    contrasts = shown_contrasts(figures, audience)
    means = {
        (mean.principle, mean.wave): mean
        for mean in figures.wave_means
        if mean.audience == audience
    }
    rows = []
    for key, name in speech.principles().items():
        names = [escape(speech.audience(audience)), escape(name)][0 if several else 1 :]
        contrast = contrasts.get(key)
        verdict = contrast.verdict if contrast else Verdict.TOO_FEW
        rows.append(
            [
                *(TaggedText(words, styles.cell) for words in names),
                *(_write_mean(means.get((key, wave)), speech) for wave in shown_waves),
                *_write_change(contrast, speech),
                VerdictCell(verdict, speech.language, styles.cell),
            ]
        )
    return rows


def _write_mean(mean: ReleasedMean | None, speech: Speech) -> str:
    if mean is None or mean.adjusted_mean is None:
        return NOTHING
    few = mean.n is not None and mean.n < WHOLE_NUMBERS_UNDER
    return format_score(mean.adjusted_mean, speech.language, 0 if few else 1)


def _write_change(contrast: ReleasedContrast | None, speech: Speech) -> tuple[str, str]:
    if contrast is None or contrast.difference is None:
        return NOTHING, NOTHING
    change = format_difference(contrast.difference, speech.language, 1)
    if contrast.ci_low is None or contrast.ci_high is None:
        return change, NOTHING
    return change, format_interval(contrast.ci_low, contrast.ci_high, speech.language, 1)


def _figures_widths(
    shown_waves: tuple[str, ...],
    audiences: tuple[str, ...],
    speech: Speech,
    density: Density,
    several: bool,
) -> list[float]:
    def width(words: str) -> float:
        return measure_text(words, REGULAR, density.table) + 9

    verdicts = [text for key, text in load_texts(CHART_TEXTS).items() if key.startswith("verdict.")]
    verdict = max(width(text.read_in(speech.language)) for text in verdicts) + density.table * 1.2
    interval = max(width("−10,0 til −10,0"), width(speech.say("table.interval")))
    change = width(speech.say("table.change")) + 3
    labels = [speech.waves()[wave] for wave in shown_waves]
    waves = [_header_width(width, label) for label in labels]
    groups = [speech.say("table.audience"), *(speech.audience(key) for key in audiences)]
    audience = [min(max(map(width, groups)) * 1.04, 92.0)] if several else []
    rest = TEXT_WIDTH - sum([verdict, interval, change, *waves, *audience])
    return [*audience, max(rest, 70.0), *waves, change, interval, verdict]


def _header_width(width: Callable[[str], float], label: str) -> float:
    """Return room for a label on two lines at most, where that is not too much."""
    longest_word = max(map(width, label.split()), default=0.0)
    return min(max(width("100,0"), longest_word * 1.06, width(label) * 0.66), 62.0)
