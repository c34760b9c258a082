"""The tables that most briefs have: how many answered, and all figures of some audiences."""

from dataclasses import replace
from xml.sax.saxutils import escape

from survey_service.briefs.content import Cell, Column, Field, FigureReference, Sentence, Table
from survey_service.briefs.context import Speech
from survey_service.briefs.markup import lowered, raised
from survey_service.charts.figures import (
    CHART_TEXTS,
    format_difference,
    format_interval,
    format_score,
)
from survey_service.charts.wave_rows import compared_waves, shown_contrasts
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import (
    WHOLE_NUMBERS_UNDER,
    ReleasedContrast,
    ReleasedCount,
    ReleasedFigures,
    ReleasedMean,
)
from survey_service.texts import load_texts

NOTHING = "–"
MOST_WAVES = 4
"""Waves the table of all figures has room for; with more it shows the two compared."""
MOST_BESIDE_EACH_OTHER = 4
"""Audiences whose changes stand beside each other in one table on paper."""
SHARES_FROM = 20
"""Answers from which a share in per cent says more than the two counts beside it."""


def counts_table(
    figures: ReleasedFigures, speech: Speech, waves: tuple[str, ...] | None = None
) -> Table:
    """Return how many answered, a row per audience and a column per wave; None for every wave."""
    counts = {(count.audience, count.wave): count for count in figures.counts}
    shown, names = waves or figures.waves, speech.waves()
    return Table(
        caption=speech.tell("counts.caption"),
        columns=(Column.NAME, *(Column.NUMBER for _ in shown)),
        header=(speech.say("counts.audience"), *(escape(raised(names[wave])) for wave in shown)),
        rows=tuple(
            (
                Cell(escape(speech.audience(audience))),
                *(_count_cell(counts.get((audience, wave)), figures, speech) for wave in shown),
            )
            for audience in speech.context.ordered_audiences
        ),
    )


def figures_table(figures: ReleasedFigures, audiences: tuple[str, ...], speech: Speech) -> Table:
    """Return every mean, change, interval and verdict of these audiences.

    On paper without room for several audiences' figures only the changes stand, and the table
    says so.
    """
    shown = figures.waves if len(figures.waves) <= MOST_WAVES else compared_waves(figures)
    several = len(audiences) > 1
    names = ["table.audience", "table.principle"] if several else ["table.principle"]
    waves = speech.waves()
    group = len(speech.principles())
    return Table(
        caption=_figures_caption(figures, audiences, shown, speech),
        columns=(
            *((Column.WORDS, Column.NAME) if several else (Column.NAME,)),
            *(Column.NUMBER for _ in shown),
            Column.NUMBER,
            Column.NUMBER,
            Column.VERDICT,
        ),
        header=(
            *(speech.say(name) for name in names),
            *(escape(raised(waves[wave])) for wave in shown),
            speech.say("table.change"),
            speech.say("table.interval"),
            speech.say("table.verdict"),
        ),
        rows=tuple(
            row
            for audience in audiences
            for row in _figures_rows(figures, shown, audience, speech, several)
        ),
        header_columns=2 if several else 1,
        summary=speech.say("table.summary"),
        group_ends=tuple(range(group, group * len(audiences), group)),
        shorter=_shorter_table(figures, audiences, speech) if several else None,
    )


def changes_table(figures: ReleasedFigures, audiences: tuple[str, ...], speech: Speech) -> Table:
    """Return every change and verdict of these audiences, a column for each of them."""
    first, last = (escape(speech.waves()[wave]) for wave in compared_waves(figures))
    contrasts = [shown_contrasts(figures, audience) for audience in audiences]
    return Table(
        caption=speech.tell("table.changes_caption", first=first, last=last),
        columns=(Column.NAME, *(Column.VERDICT for _ in audiences)),
        header=(
            speech.say("table.principle"),
            *(escape(speech.audience(audience)) for audience in audiences),
        ),
        rows=tuple(
            (
                Cell(escape(name)),
                *(_verdict_with_change(found.get(key), speech) for found in contrasts),
            )
            for key, name in speech.principles().items()
        ),
        summary=speech.say("table.summary"),
    )


def verdict_cell(contrast: ReleasedContrast | None, speech: Speech) -> Cell:
    """Return a verdict's word; the sign beside it is drawn by the renderer."""
    verdict = contrast.verdict if contrast else Verdict.TOO_FEW
    word = load_texts(CHART_TEXTS)[f"verdict.{verdict}"].read_in(speech.language)
    figures = (FigureReference.of_contrast(contrast, Field.VERDICT, ""),) if contrast else ()
    return Cell(word, figures, verdict)


def count_words(sent: int, roster: int | None, speech: Speech) -> str:
    """Return how many answered, of how many where that is known: "214 af 462 (46 %)"."""
    written = format_score(sent, speech.language)
    if roster is None:
        return written
    of = format_score(roster, speech.language)
    if sent < SHARES_FROM or sent > roster:
        return speech.say("counts.of_roster", sent=written, roster=of)
    share = format_score(100 * sent / roster, speech.language)
    return speech.say("counts.of_roster_share", sent=written, roster=of, share=share)


def _shorter_table(figures: ReleasedFigures, audiences: tuple[str, ...], speech: Speech) -> Table:
    """Return every audience's changes; of more than fit beside each other the first's figures."""
    if len(audiences) <= MOST_BESIDE_EACH_OTHER:
        return changes_table(figures, audiences, speech)
    first = figures_table(figures, audiences[:1], speech)
    left_out = speech.say("table.others_left_out")
    return replace(first, caption=Sentence(f"{first.caption.text}. {left_out}"))


def _verdict_with_change(contrast: ReleasedContrast | None, speech: Speech) -> Cell:
    said = verdict_cell(contrast, speech)
    if contrast is None or contrast.difference is None:
        return said
    written = format_difference(contrast.difference, speech.language, 1)
    figures = (*said.figures, FigureReference.of_contrast(contrast, Field.DIFFERENCE, written))
    return Cell(f"{said.text} {written}", figures, said.verdict)


def count_references(
    sent: int, roster: int | None, speech: Speech, *, audience: str, wave: str, unit: str = ""
) -> tuple[FigureReference, ...]:
    """Return the figures that `count_words` writes."""
    place = {"audience": audience, "to_wave": wave, "unit": unit}
    answered = format_score(sent, speech.language)
    found = [FigureReference(Field.SENT, **place, written=answered)]
    if roster is not None:
        asked = format_score(roster, speech.language)
        found.append(FigureReference(Field.ROSTER, **place, written=asked))
        if sent >= SHARES_FROM and sent <= roster:
            share = format_score(100 * sent / roster, speech.language)
            found.append(FigureReference(Field.ANSWER_SHARE, **place, written=share))
    return tuple(found)


def _figures_caption(
    figures: ReleasedFigures, audiences: tuple[str, ...], shown: tuple[str, ...], speech: Speech
) -> Sentence:
    first, last = (escape(speech.waves()[wave]) for wave in compared_waves(figures))
    caption = speech.say("table.caption", first=first, last=last)
    if len(audiences) < len(speech.context.audiences):
        names = speech.join([escape(speech.audience(audience)) for audience in audiences])
        caption = f"{names}: {lowered(caption)}"
    if len(shown) < len(figures.waves):
        caption = f"{caption}. {speech.say('table.between')}"
    return Sentence(caption)


def _figures_rows(
    figures: ReleasedFigures,
    shown: tuple[str, ...],
    audience: str,
    speech: Speech,
    several: bool,
) -> list[tuple[Cell, ...]]:
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
        rows.append(
            (
                *(Cell(words) for words in names),
                *(_mean_cell(means.get((key, wave)), speech) for wave in shown),
                *_change_cells(contrast, speech),
                verdict_cell(contrast, speech),
            )
        )
    return rows


def _count_cell(count: ReleasedCount | None, figures: ReleasedFigures, speech: Speech) -> Cell:
    if count is None or count.sent is None:
        return Cell(speech.say("counts.withheld", minimum=figures.minimum))
    references = count_references(
        count.sent, count.roster, speech, audience=count.audience, wave=count.wave
    )
    return Cell(count_words(count.sent, count.roster, speech), references)


def _mean_cell(mean: ReleasedMean | None, speech: Speech) -> Cell:
    if mean is None or mean.adjusted_mean is None:
        return Cell(NOTHING)
    few = mean.n is not None and mean.n < WHOLE_NUMBERS_UNDER
    written = format_score(mean.adjusted_mean, speech.language, 0 if few else 1)
    reference = FigureReference(
        Field.MEAN,
        audience=mean.audience,
        principle=mean.principle,
        to_wave=mean.wave,
        written=written,
    )
    return Cell(written, (reference,))


def _change_cells(contrast: ReleasedContrast | None, speech: Speech) -> tuple[Cell, Cell]:
    if contrast is None or contrast.difference is None:
        return Cell(NOTHING), Cell(NOTHING)
    written = format_difference(contrast.difference, speech.language, 1)
    reference = FigureReference.of_contrast(contrast, Field.DIFFERENCE, written)
    change = Cell(written, (reference,))
    if contrast.ci_low is None or contrast.ci_high is None:
        return change, Cell(NOTHING)
    interval = format_interval(contrast.ci_low, contrast.ci_high, speech.language, 1)
    return change, Cell(
        interval, (FigureReference.of_contrast(contrast, Field.INTERVAL, interval),)
    )
