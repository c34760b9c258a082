"""The picture of the waves: a row per principle, whatever is missing or long."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from released_figures_builder import (
    PRINCIPLES,
    WAVES,
    a_mean,
    a_report,
    figures_with_a_later_wave,
    some_figures,
)
from reportlab.graphics.shapes import Circle, Drawing, Group, String

from survey_service.charts import style
from survey_service.charts.description import describe_wave_dots
from survey_service.charts.wave_dots import (
    BRIEF_SIZE,
    NARROW_PAGE_SIZE,
    PAGE_SIZE,
    SMALL_SIZE,
    PictureLabels,
    draw_wave_dots,
)
from survey_service.charts.wave_rows import common_axis, compared_waves, rows_of
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import disclose

WAVE_NAMES = {"baseline": "Baseline", "midterm": "Midtvejs", "final": "Slut"}
LABELS = PictureLabels("Borgere", PRINCIPLES, WAVE_NAMES)


def shapes_of(group):
    for shape in group.contents:
        if isinstance(shape, Group):
            yield from shapes_of(shape)
        else:
            yield shape


def words_in(drawing):
    return [shape.text for shape in shapes_of(drawing) if isinstance(shape, String)]


def circles_in(drawing):
    return [shape for shape in shapes_of(drawing) if isinstance(shape, Circle)]


def draw(figures=None, labels=LABELS, **of):
    return draw_wave_dots(figures or some_figures(), "citizen", labels, "da", **of)


def test_every_principle_has_its_name_change_and_verdict_in_words():
    words = words_in(draw())
    assert set(PRINCIPLES.values()) <= set(words)
    assert {"+10", "−8", "Fremgang", "Tilbagegang", "Kan ikke afgøres"} <= set(words)
    assert "Ingen betydende ændring" in words


def test_first_wave_is_hollow_last_filled_and_those_between_pale():
    labels = PictureLabels("Borgere", {"hopes": "Håb"}, WAVE_NAMES)
    legend, row = circles_in(draw(labels=labels))[:3], circles_in(draw(labels=labels))[3:]
    assert [style.hex_of(dot.fillColor) for dot in legend] == ["#ffffff", "#7fa6b8", "#134458"]
    assert len(row) == 3
    assert row[-1].cx > row[1].cx  # the last wave is painted on top


def test_the_dots_of_the_compared_waves_stand_out_though_another_wave_came_later():
    figures = figures_with_a_later_wave()
    labels = PictureLabels("Borgere", {"hopes": "Håb"}, {**WAVE_NAMES, "later": "Opfølgning"})
    drawing = draw(figures, labels)
    legend, row = circles_in(drawing)[:4], circles_in(drawing)[4:]
    looks = [style.hex_of(dot.fillColor) for dot in legend]
    assert looks == ["#ffffff", "#7fa6b8", "#134458", "#7fa6b8"]
    assert style.hex_of(row[-1].fillColor) == "#134458"
    assert row[-1].r > row[0].r
    told = describe_wave_dots(figures, "citizen", labels, "da")
    assert "Slut" in told.partition(".")[0]
    assert "Opfølgning" not in told.partition(".")[0]
    means = {mean.wave: mean for mean in figures.wave_means
             if (mean.audience, mean.principle) == ("citizen", "hopes")}  # fmt: skip
    (shown,) = rows_of(figures, "citizen", {"hopes": "Håb"})
    assert shown.interval == (means["final"].ci_low, means["final"].ci_high)


def test_dots_lie_where_the_axis_says():
    labels = PictureLabels("Borgere", {"hopes": "Håb"}, WAVE_NAMES)
    drawing = draw(labels=labels, axis=(0, 100))
    ends = {
        shape.text: shape.x
        for shape in shapes_of(drawing)
        if isinstance(shape, String) and shape.text in {"0", "100"}
    }
    last = circles_in(drawing)[-1]
    assert last.cx == pytest.approx(ends["0"] + 0.68 * (ends["100"] - ends["0"]))


def test_a_narrow_picture_has_the_words_of_its_signs_in_a_key():
    words = words_in(draw(size=SMALL_SIZE))
    assert words.count("Fremgang") == 1
    assert "For få svar" not in words


def test_a_withheld_row_is_calm_and_says_so():
    figures = disclose(a_report(), {}, WAVES, 5, 5.0)
    labels = PictureLabels("Borgere", {"hopes": "Håb"}, WAVE_NAMES)
    drawing = draw(figures, labels)
    assert "For få svar" in words_in(drawing)
    assert len(circles_in(drawing)) == len(WAVES)  # the legend's alone


def test_a_long_name_is_wrapped_and_what_is_left_of_it_shortened():
    name = "Et princip med et meget langt navn, der hverken kan stå på én eller på to linjer her"
    words = words_in(draw(labels=PictureLabels("Borgere", {"hopes": name}, WAVE_NAMES)))
    lines = [line for line in words if line.rstrip("…") and line.rstrip("…") in name]
    assert len(lines) == 2
    assert lines[1].endswith("…")


@pytest.mark.parametrize("size", [BRIEF_SIZE, SMALL_SIZE, PAGE_SIZE, NARROW_PAGE_SIZE])
@settings(max_examples=15, deadline=None)
@given(wave_count=st.integers(2, 6), principle_count=st.integers(1, 20), data=st.data())
def test_nothing_is_drawn_outside_the_picture(size, wave_count, principle_count, data):
    waves = tuple(f"wave{number}" for number in range(wave_count))
    principles = tuple(f"p{number}" for number in range(principle_count))
    word = st.text(alphabet="abcæøå ", min_size=1, max_size=60)
    labels = PictureLabels(
        "Borgere",
        {key: data.draw(word) for key in principles},
        {wave: data.draw(word) for wave in waves},
    )
    figures = some_figures(("citizen",), waves, principles=principles)
    drawing = draw(figures, labels, size=size)
    for shape in shapes_of(drawing):
        left, bottom, right, top = shape.getBounds()
        assert left >= -0.5
        assert right <= drawing.width + 6  # a head "100" may stand half outside its line
        assert bottom >= -0.5
        assert top <= drawing.height + 0.5


def test_the_axis_spans_forty_points_at_least_so_that_small_changes_look_small():
    means = [a_mean(wave=wave, adjusted_mean=50, half_width=1) for wave in WAVES]
    low, high = common_axis(disclose(a_report(means), {}, WAVES, 5, 5.0), ("citizen",))
    assert high - low >= 40
    assert low <= 49
    assert high >= 51


def test_with_nothing_to_show_the_axis_is_the_whole_scale():
    assert common_axis(disclose(a_report(), {}, WAVES, 5, 5.0), ("citizen",)) == (0, 100)


def test_the_waves_compared_are_those_named_beforehand_else_first_and_last():
    assert compared_waves(some_figures()) == ("baseline", "final")
    assert compared_waves(some_figures(primary=None)) == ("baseline", "final")


def test_rows_come_in_the_order_asked_for():
    asked = {"network": "Netværk", "hopes": "Håb", "unknown": "Ukendt"}
    rows = rows_of(some_figures(), "citizen", asked)
    assert [row.principle for row in rows] == ["network", "hopes", "unknown"]
    assert rows[2].verdict is Verdict.TOO_FEW
    assert rows[1].means == (58.0, 63.0, 68.0)


def test_the_description_tells_means_interval_change_and_verdict():
    labels = PictureLabels("borgere", {"hopes": "Håb"}, WAVE_NAMES)
    assert describe_wave_dots(some_figures(), "citizen", labels, "da") == (
        "Gennemsnit 0-100 for borgere på ét princip, fra Baseline til Slut, højere er bedre. "
        "Håb: Baseline 58, Midtvejs 63, Slut 68 (95\N{NO-BREAK SPACE}% interval 63 til 73); "
        "fremgang, +10 point."
    )


def test_the_description_of_a_withheld_row_holds_no_figure():
    labels = PictureLabels("citizens", {"hopes": "Hopes"}, WAVE_NAMES)
    figures = disclose(a_report(), {}, WAVES, 5, 5.0)
    assert describe_wave_dots(figures, "citizen", labels, "en").endswith("Hopes: too few answers.")


def test_wrapped_text_keeps_every_word_and_no_line_is_too_wide():
    text = "Inddrag borgernes netværk og de almene fællesskaber"
    lines = style.wrap_text(text, style.REGULAR, 10, 90)
    assert " ".join(lines) == text
    assert all(style.measure_text(line, style.REGULAR, 10) <= 90 for line in lines)


def test_a_drawing_is_a_reportlab_drawing():
    assert isinstance(draw(), Drawing)
