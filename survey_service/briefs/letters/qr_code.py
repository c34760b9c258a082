"""A QR code as a figure of a tagged PDF: squares, sharp at every size."""

import segno
from reportlab.lib.colors import HexColor
from reportlab.platypus import Flowable

from survey_service.charts import style

QUIET_ZONE = 4
"""Light modules around the code, which a camera needs (ISO/IEC 18004, 5.3.8)."""

BLACK = HexColor("#000000")


class QrCode(Flowable):  # type: ignore[misc]
    """The QR code of an address, `size` points wide with its quiet zone.

    It can still be read when 15 % of it is covered or torn (error correction M). `alternative` is
    said in its place.
    """

    def __init__(self, address: str, size: float, alternative: str) -> None:
        super().__init__()
        self.alternative = alternative
        self.width = self.height = size
        self.rows = segno.make_qr(address, error="m").matrix

    def wrap(self, _available_width: float, _available_height: float) -> tuple[float, float]:
        """Return its size in points."""
        return self.width, self.height

    def draw(self) -> None:
        """Paint the light square, then all dark modules as one shape."""
        canvas = self.canv
        left, bottom = canvas.absolutePosition(0, 0)
        bounds = (left, bottom, left + self.width, bottom + self.height)
        figure = canvas.new_element("Figure", alternative=self.alternative, bounds=bounds)
        with canvas.inside(figure), canvas.marked():
            canvas.setFillColor(style.WHITE)
            canvas.rect(0, 0, self.width, self.height, stroke=0, fill=1)
            canvas.setFillColor(BLACK)
            path = canvas.beginPath()
            for rectangle in self._dark_rectangles():
                path.rect(*rectangle)
            canvas.drawPath(path, stroke=0, fill=1)

    def _dark_rectangles(self) -> list[tuple[float, float, float, float]]:
        """Return left, bottom, width and height of each run of dark modules."""
        module = self.width / (len(self.rows) + 2 * QUIET_ZONE)
        return [
            (
                (start + QUIET_ZONE) * module,
                self.height - (number + 1 + QUIET_ZONE) * module,
                length * module,
                module,
            )
            for number, row in enumerate(self.rows)
            for start, length in _dark_runs(row)
        ]


def _dark_runs(row: bytearray) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for place, module in enumerate(row):
        if not module:
            continue
        if runs and sum(runs[-1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((place, 1))
    return runs
