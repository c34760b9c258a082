"""Pictures of a brief as data, and how each is drawn in the room it is given."""

from collections.abc import Mapping
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing

from survey_service.charts.share_bars import BarSize, ShareBar, draw_share_bars
from survey_service.charts.wave_dots import PictureLabels, PictureSize, draw_wave_dots
from survey_service.measurement.disclosure import ReleasedFigures


@dataclass(frozen=True, slots=True)
class PictureRoom:
    """How much room a picture has: its width, a row's height and the size of its type, in points.

    Where it is `narrow` words that would stand on each row stand once below.
    """

    width: float
    row_height: float
    font_size: float
    narrow: bool = False


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
class SharePicture:
    """Shares as bars: how answers spread over the options, or how many answered."""

    bars: tuple[ShareBar, ...]
    keys: tuple[str, ...]


Picture = WavePicture | SharePicture


def draw_picture(picture: Picture, room: PictureRoom, language: str) -> Drawing:
    """Draw a picture in the room it has; a new drawing each time, because painting marks it."""
    match picture:
        case WavePicture():
            return _draw_waves(picture, room, language)
        case SharePicture():
            size = BarSize(room.width, room.font_size, room.font_size * 1.7)
            return draw_share_bars(picture.bars, picture.keys, size, language)


def _draw_waves(picture: WavePicture, room: PictureRoom, language: str) -> Drawing:
    size = PictureSize(
        width=room.width,
        row_height=room.row_height,
        font_size=room.font_size,
        name_width=room.font_size * (13.1 if room.narrow else 13.5),
        dot_radius=room.font_size * (0.35 if room.narrow else 0.44),
        in_words=not room.narrow,
        legend=picture.with_legend,
    )
    labels = PictureLabels(picture.audience_name, picture.principles, picture.waves)
    return draw_wave_dots(
        picture.figures, picture.audience, labels, language, size=size, axis=picture.axis
    )
