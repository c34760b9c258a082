"""Pictures of a brief as data, and how each is drawn in the room it is given."""

from collections.abc import Mapping
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing

from survey_service.charts.diverging_bars import DivergingBar, draw_diverging_bars
from survey_service.charts.gap_dots import GapRow, GapSize, draw_gap_dots
from survey_service.charts.heat_map import HeatRow, HeatSize, draw_heat_map
from survey_service.charts.rate_bars import RateBar, RateSize, draw_rate_bars
from survey_service.charts.share_bars import BarSize
from survey_service.charts.wave_dots import (
    PictureLabels,
    PictureSize,
    draw_wave_dots,
    measure_wave_dots,
)
from survey_service.measurement.disclosure import ReleasedFigures


@dataclass(frozen=True, slots=True)
class PictureRoom:
    """How much room a picture has: its width, a row's height and the size of its type, in points.

    Where it is `narrow` words that would stand on each row stand once below. `wide_names` leaves
    the names of rows room for one line.
    """

    width: float
    row_height: float
    font_size: float
    narrow: bool = False
    wide_names: bool = False


@dataclass(frozen=True, slots=True)
class WavePicture:
    """The waves of one audience, a row per principle.

    Attributes:
        axis: lowest and highest score shown.
        with_legend: it says which dot is which wave; else another picture of the brief does.
    """

    figures: ReleasedFigures
    audience: str
    audience_name: str
    principles: Mapping[str, str]
    waves: Mapping[str, str]
    axis: tuple[int, int]
    with_legend: bool = True


@dataclass(frozen=True, slots=True)
class PairPicture:
    """Two means per row and the gap between them, such as a unit beside the whole."""

    rows: tuple[GapRow, ...]
    names: tuple[str, str]


@dataclass(frozen=True, slots=True)
class HeatPicture:
    """Units by principles."""

    rows: tuple[HeatRow, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DivergingPicture:
    """How answers spread to both sides of the middle, a bar per question."""

    bars: tuple[DivergingBar, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RatePicture:
    """How many of each unit answered, a bar per unit, with a mark where all together stand."""

    bars: tuple[RateBar, ...]
    whole: float | None
    whole_words: str


Picture = WavePicture | PairPicture | HeatPicture | DivergingPicture | RatePicture


def draw_picture(picture: Picture, room: PictureRoom, language: str) -> Drawing:
    """Draw a picture in the room it has; a new drawing each time, because painting marks it."""
    match picture:
        case WavePicture():
            return _draw_waves(picture, room, language)
        case PairPicture():
            return draw_gap_dots(picture.rows, picture.names, _gap_size(room))
        case HeatPicture():
            font = room.font_size * (0.95 if room.narrow else 0.84)
            heat = HeatSize(
                room.width, font * 3.1, font, room.width * (0.24 if room.narrow else 0.22)
            )
            return draw_heat_map(picture.rows, picture.columns, heat, language)
        case DivergingPicture():
            return draw_diverging_bars(picture.bars, picture.keys, _bar_size(room), language)
        case RatePicture():
            size = _rate_size(room)
            return draw_rate_bars(picture.bars, picture.whole, picture.whole_words, size)


def measure_waves(picture: WavePicture, room: PictureRoom, language: str) -> float:
    """Return how high `draw_picture` draws the waves, in points, without drawing them."""
    size, labels = _wave_size(picture, room), _wave_labels(picture)
    return measure_wave_dots(picture.figures, picture.audience, labels, language, size=size)


def _bar_size(room: PictureRoom) -> BarSize:
    return BarSize(room.width, room.font_size, room.font_size * 1.5)


def _rate_size(room: PictureRoom) -> RateSize:
    font = room.font_size
    if room.narrow:
        return RateSize(room.width, font, font, 0, 0)
    return RateSize(room.width, font * 0.9, font * 0.9, font * 17, font * 11)


def _gap_size(room: PictureRoom) -> GapSize:
    font = room.font_size
    if room.narrow:
        return GapSize(room.width, font * 3.9, font, 0, font * 0.42)
    return GapSize(room.width, room.row_height, font, font * 13.5, font * 0.42)


def _draw_waves(picture: WavePicture, room: PictureRoom, language: str) -> Drawing:
    size, labels = _wave_size(picture, room), _wave_labels(picture)
    return draw_wave_dots(
        picture.figures, picture.audience, labels, language, size=size, axis=picture.axis
    )


def _wave_labels(picture: WavePicture) -> PictureLabels:
    return PictureLabels(picture.audience_name, picture.principles, picture.waves)


def _wave_size(picture: WavePicture, room: PictureRoom) -> PictureSize:
    return PictureSize(
        width=room.width,
        row_height=room.row_height,
        font_size=room.font_size,
        name_width=min(room.font_size * (25 if room.wide_names else 13.5), room.width * 0.41),
        dot_radius=room.font_size * (0.35 if room.narrow else 0.44),
        in_words=not room.narrow,
        legend=picture.with_legend,
    )
