"""The picture of the waves in words: what its alternative text tells."""

from survey_service.charts.figures import CHART_TEXTS, format_change, format_interval, format_score
from survey_service.charts.wave_dots import PictureLabels
from survey_service.charts.wave_rows import WaveRow, compared_places, rows_of
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.texts import Wording, load_texts


def describe_wave_dots(
    figures: ReleasedFigures, audience: str, labels: PictureLabels, language: str
) -> str:
    """Return every row of the picture as a sentence, after one that says what it is about."""
    texts = load_texts(CHART_TEXTS)
    rows = rows_of(figures, audience, labels.principles)
    waves = [labels.waves.get(wave, wave) for wave in figures.waves]
    first, last = compared_places(figures)
    kind = "count.one" if len(rows) == 1 else "count.many"
    lead = texts["alt.lead"].read_in(language)
    count = texts[kind].read_in(language).format(count=len(rows))
    sentences = [
        lead.format(audience=labels.audience, count=count, first=waves[first], last=waves[last]),
        *(_describe_row(row, waves, last, language) for row in rows),
    ]
    return " ".join(sentences)


def _describe_row(row: WaveRow, waves: list[str], last: int, language: str) -> str:
    texts = load_texts(CHART_TEXTS)
    is_silent = row.verdict is Verdict.WORDING_CHANGED
    if all(mean is None for mean in row.means):
        silence = texts["alt.wording_changed" if is_silent else "alt.too_few"]
        return silence.read_in(language).format(principle=row.name)
    missing = texts["alt.no_other_mean" if is_silent else "alt.no_mean"]
    means = [
        _describe_mean(wave, mean, texts["alt.mean"], missing, language)
        for wave, mean in zip(waves, row.means, strict=True)
    ]
    if row.interval is not None:
        interval = format_interval(*row.interval, language)
        means[last] += texts["alt.interval"].read_in(language).format(interval=interval)
    change = texts[f"verdict.{row.verdict}"].read_in(language).lower()
    if row.difference is not None and row.verdict is not Verdict.TOO_FEW:
        points = format_change(row.difference, language)
        change = texts["alt.points"].read_in(language).format(verdict=change, points=points)
    pattern = texts["alt.row"].read_in(language)
    return pattern.format(principle=row.name, means=", ".join(means), change=change)


def _describe_mean(
    wave: str, mean: float | None, shown: Wording, missing: Wording, language: str
) -> str:
    if mean is None:
        return missing.read_in(language).format(wave=wave)
    return shown.read_in(language).format(wave=wave, mean=format_score(mean, language))
