"""The picture of the waves: per principle a row of dots, an interval and a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass

from reportlab.graphics.shapes import Circle, Drawing, Group, Line, String
from reportlab.lib.colors import Color, linearlyInterpolatedColor

from survey_service.charts import style
from survey_service.charts.figures import CHART_TEXTS, format_difference
from survey_service.charts.signs import VERDICT_COLOURS, draw_sign
from survey_service.charts.wave_rows import WaveRow, common_axis, compared_places, rows_of
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import ReleasedFigures
from survey_service.texts import load_texts

_SLACK = 1.06
"""Room to spare for words, in case a page falls back to a wider font than IBM Plex Sans."""

_KEY_ORDER = (
    Verdict.IMPROVED,
    Verdict.DECLINED,
    Verdict.NO_RELEVANT_CHANGE,
    Verdict.CANNOT_TELL,
    Verdict.TOO_FEW,
    Verdict.WORDING_CHANGED,
)


@dataclass(frozen=True, slots=True)
class PictureSize:
    """How large a picture is drawn, in points.

    `in_words` puts the verdict's word on each row; else a key below the rows has the words.
    Without `legend` another picture on the page must say which dot is which wave.
    """

    width: float
    row_height: float
    font_size: float
    name_width: float
    dot_radius: float
    in_words: bool = True
    legend: bool = True


BRIEF_SIZE = PictureSize(515, 23, 9.5, 128, 4.2)
SMALL_SIZE = PictureSize(250, 14.5, 7.8, 102, 2.7, in_words=False)
PAGE_SIZE = PictureSize(1040, 44, 17, 250, 8)
NARROW_PAGE_SIZE = PictureSize(340, 44, 14, 118, 5, in_words=False)


@dataclass(frozen=True, slots=True)
class PictureLabels:
    """Names for keys; the rows come in the order of `principles`, whose keys choose them."""

    audience: str
    principles: Mapping[str, str]
    waves: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things are: the plot's edges, its axis, and the columns to the right of it."""

    size: PictureSize
    left: float
    right: float
    axis: tuple[int, int]
    difference_right: float
    verdict_left: float

    def x(self, score: float) -> float:
        """Return where a score lies."""
        low, high = self.axis
        return self.left + (score - low) / (high - low) * (self.right - self.left)


Pair = tuple[int, int]
"""The places of the two compared waves, whose dots stand out."""

LegendLine = list[tuple[int, float, str]]
"""Per wave its place, where it stands, and its words."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is drawn under each other, and how high each part is."""

    rows: tuple[WaveRow, ...]
    pair: Pair
    names: list[tuple[str, ...]]
    heights: list[float]
    legend: list[LegendLine]
    has_interval: bool
    head: float
    foot: float

    @property
    def height(self) -> float:
        return self.head + sum(self.heights) + self.foot


def draw_wave_dots(
    figures: ReleasedFigures,
    audience: str,
    labels: PictureLabels,
    language: str,
    *,
    size: PictureSize = BRIEF_SIZE,
    axis: tuple[int, int] | None = None,
) -> Drawing:
    """Draw one audience's waves, one row per principle.

    Args:
        figures: released figures.
        audience: whose.
        labels: names of principles and waves, in the reader's language.
        language: "da" or "en".
        size: see the constants of this module.
        axis: lowest and highest score shown; None for what the figures need.
    """
    plan = _plan(figures, audience, labels, language, size)
    frame = _lay_out(size, axis or common_axis(figures, (audience,)), language)
    drawing = Drawing(size.width, plan.height)
    top, foot = drawing.height - plan.head, plan.foot
    drawing.add(_draw_legend(plan, drawing.height, size))
    drawing.add(_draw_axis(frame, top, foot))
    drawing.add(_draw_column_name(frame, top, language))
    y = top
    for row, lines, height in zip(plan.rows, plan.names, plan.heights, strict=True):
        drawing.add(_draw_row(row, plan.pair, lines, y - height / 2, frame, language))
        y -= height
    if not size.in_words:
        drawing.add(_draw_key({row.verdict for row in plan.rows}, size, language))
    return drawing


def measure_wave_dots(
    figures: ReleasedFigures,
    audience: str,
    labels: PictureLabels,
    language: str,
    *,
    size: PictureSize = BRIEF_SIZE,
) -> float:
    """Return how high `draw_wave_dots` draws, in points, in a tenth of the time."""
    return _plan(figures, audience, labels, language, size).height


def _plan(
    figures: ReleasedFigures,
    audience: str,
    labels: PictureLabels,
    language: str,
    size: PictureSize,
) -> _Plan:
    rows, pair = rows_of(figures, audience, labels.principles), compared_places(figures)
    names = [_wrap_name(row.name, size) for row in rows]
    has_interval = any(row.interval is not None for row in rows)
    legend = (
        _legend_lines(figures.waves, pair, labels.waves, size, language, has_interval)
        if size.legend
        else []
    )
    return _Plan(
        rows=rows,
        pair=pair,
        names=names,
        heights=[max(size.row_height, len(lines) * size.font_size * 1.2 + 1) for lines in names],
        legend=legend,
        has_interval=has_interval,
        head=size.font_size * 1.9 * len(legend) + size.font_size * 2.0,
        foot=0.0 if size.in_words else size.font_size * 2.9,
    )


def _lay_out(size: PictureSize, axis: tuple[int, int], language: str) -> _Frame:
    texts = load_texts(CHART_TEXTS)
    words = [texts[f"verdict.{verdict}"].read_in(language) for verdict in Verdict]
    sign = size.font_size * 1.1
    word_width = max(style.measure_text(word, style.REGULAR, size.font_size) for word in words)
    verdict_width = sign + (word_width * _SLACK if size.in_words else 0)
    verdict_left = size.width - verdict_width
    difference_right = verdict_left - size.font_size * 0.8
    right = difference_right - size.font_size * 2.6
    left = size.name_width + size.font_size * 0.8
    return _Frame(size, left, right, axis, difference_right, verdict_left)


def _wrap_name(name: str, size: PictureSize) -> tuple[str, ...]:
    lines = style.wrap_text(name, style.REGULAR, size.font_size, size.name_width)
    if len(lines) <= 2:
        return lines
    rest = style.shorten_text(" ".join(lines[1:]), style.REGULAR, size.font_size, size.name_width)
    return (lines[0], rest)


def _draw_axis(frame: _Frame, top: float, bottom: float) -> Group:
    size = frame.size
    group = Group()
    low, high = frame.axis
    step = 10 if frame.x(low + 10) - frame.left >= size.font_size * 2.4 else 20
    for score in range(low, high + 1, step):
        line = Line(frame.x(score), bottom, frame.x(score), top + 2)
        line.strokeColor, line.strokeWidth = style.LINE, 0.5
        group.add(line)
        label = _text(frame.x(score), top + 5, str(score), size.font_size * 0.85)
        label.textAnchor, label.fillColor = "middle", style.QUIET_INK
        group.add(label)
    return group


def _draw_column_name(frame: _Frame, top: float, language: str) -> String:
    words = load_texts(CHART_TEXTS)["column.change"].read_in(language)
    size = frame.size.font_size
    name = _text(frame.right + size * 1.5, top + 5, words, size * 0.85)
    name.fillColor = style.QUIET_INK
    return name


def _draw_row(
    row: WaveRow,
    pair: Pair,
    lines: tuple[str, ...],
    middle: float,
    frame: _Frame,
    language: str,
) -> Group:
    size = frame.size
    group = Group()
    leading = size.font_size * 1.2
    first = middle + leading * (len(lines) - 1) / 2 - size.font_size * 0.33
    for number, line in enumerate(lines):
        group.add(_text(0, first - number * leading, line, size.font_size))
    group.add(_draw_dots(row, pair, middle, frame))
    baseline = middle - size.font_size * 0.33
    colour = VERDICT_COLOURS[row.verdict]
    if row.difference is not None:
        written = format_difference(row.difference, language)
        change = _text(frame.difference_right, baseline, written, size.font_size, style.BOLD)
        change.textAnchor, change.fillColor = "end", colour
        group.add(change)
    group.add(draw_sign(row.verdict, frame.verdict_left, baseline, size.font_size))
    if size.in_words:
        word = load_texts(CHART_TEXTS)[f"verdict.{row.verdict}"].read_in(language)
        left = frame.verdict_left + size.font_size * 1.1
        said = _text(left, baseline, word, size.font_size)
        said.fillColor = colour
        group.add(said)
    return group


def _draw_dots(row: WaveRow, pair: Pair, y: float, frame: _Frame) -> Group:
    group = Group()
    shown = [(place, mean) for place, mean in enumerate(row.means) if mean is not None]
    if not shown:
        line = Line(frame.left, y, frame.right, y)
        line.strokeColor, line.strokeWidth, line.strokeDashArray = style.LINE, 0.8, [1.5, 3]
        return Group(line)
    scores = [mean for _, mean in shown]
    group.add(
        _bar(frame.x(min(scores)), frame.x(max(scores)), y, style.LINE, frame.size.dot_radius * 0.8)
    )
    if row.interval is not None:
        low, high = frame.axis
        ends = [min(max(end, low), high) for end in row.interval]
        thickness = max(1.1, frame.size.dot_radius * 0.3)
        group.add(_bar(frame.x(ends[0]), frame.x(ends[1]), y, style.BLUE, thickness))
    # Painted one over the other: the compared waves last, and the later of them on top.
    for place, mean in sorted(shown, key=lambda dot: (dot[0] in pair, dot[0])):
        group.add(_dot(frame.x(mean), y, place, pair, frame.size))
    return group


def _dot(x: float, y: float, place: int, pair: Pair, size: PictureSize) -> Circle:
    first, last = pair
    if place == last:
        return _circle(x, y, size.dot_radius, style.BLUE, None)
    if place == first:
        return _circle(x, y, size.dot_radius * 0.85, style.WHITE, style.BLUE)
    return _circle(x, y, size.dot_radius * 0.72, _other_colour(place, pair), style.WHITE)


def _other_colour(place: int, pair: Pair) -> Color:
    """Return the colour of a wave that is not compared: darker the later, if between the two."""
    first, last = pair
    if last - first <= 2 or not first < place < last:
        return style.MIDDLE_BLUE
    mixed: Color = linearlyInterpolatedColor(
        style.MIDDLE_BLUE, style.BLUE, first + 1, last + 1, place
    )
    return mixed


def _legend_lines(
    waves: tuple[str, ...],
    pair: Pair,
    names: Mapping[str, str],
    size: PictureSize,
    language: str,
    has_interval: bool,
) -> list[LegendLine]:
    """Return per line of the legend: place of the wave, x, and its words."""
    interval = load_texts(CHART_TEXTS)["legend.interval"].read_in(language)
    lines: list[LegendLine] = [[]]
    x = 0.0
    for place, wave in enumerate(waves):
        name = names.get(wave, wave)
        words = interval.format(wave=name) if place == pair[1] and has_interval else name
        words = style.shorten_text(words, style.REGULAR, size.font_size, size.width - 30)
        width = size.dot_radius * 5 + style.measure_text(words, style.REGULAR, size.font_size)
        if lines[-1] and x + width > size.width:
            lines.append([])
            x = 0.0
        lines[-1].append((place, x, words))
        x += width + size.font_size * 1.6
    return lines


def _draw_legend(plan: _Plan, top: float, size: PictureSize) -> Group:
    group = Group()
    for number, line in enumerate(plan.legend):
        baseline = top - size.font_size * (1.1 + 1.9 * number)
        y = baseline + size.font_size * 0.33
        for place, x, words in line:
            centre = x + size.dot_radius * 1.9
            if place == plan.pair[1] and plan.has_interval:
                reach = size.dot_radius * 1.9
                thickness = max(1.1, size.dot_radius * 0.3)
                group.add(_bar(centre - reach, centre + reach, y, style.BLUE, thickness))
            group.add(_dot(centre, y, place, plan.pair, size))
            label = _text(x + size.dot_radius * 5, baseline, words, size.font_size * 0.95)
            label.fillColor = style.QUIET_INK
            group.add(label)
    return group


def _draw_key(verdicts: set[Verdict], size: PictureSize, language: str) -> Group:
    """The words of the signs, in two lines under a picture too narrow to have them on its rows."""
    texts = load_texts(CHART_TEXTS)
    group = Group()
    font_size = size.font_size * 0.92
    x, baseline = 0.0, size.font_size * 1.45
    for verdict in (verdict for verdict in _KEY_ORDER if verdict in verdicts):
        word = texts[f"verdict.{verdict}"].read_in(language)
        width = font_size * 1.1 + style.measure_text(word, style.REGULAR, font_size) * _SLACK
        if x + width > size.width:
            x, baseline = 0.0, size.font_size * 0.2
        group.add(draw_sign(verdict, x, baseline, font_size))
        label = _text(x + font_size * 1.0, baseline, word, font_size)
        label.fillColor = VERDICT_COLOURS[verdict]
        group.add(label)
        x += width + font_size * 0.9
    return group


def _text(x: float, y: float, words: str, size: float, font: str = style.REGULAR) -> String:
    text = String(x, y, words)
    text.fontName, text.fontSize, text.fillColor = font, size, style.INK
    return text


def _bar(left: float, right: float, y: float, colour: Color, thickness: float) -> Line:
    line = Line(left, y, right, y)
    line.strokeColor, line.strokeWidth, line.strokeLineCap = colour, thickness, 1
    return line


def _circle(x: float, y: float, radius: float, fill: Color, stroke: Color | None) -> Circle:
    circle = Circle(x, y, radius)
    circle.fillColor, circle.strokeColor = fill, stroke
    circle.strokeWidth = 0 if stroke is None else max(1.0, radius * 0.3)
    return circle
