"""A tinted box around flowables: the tint is an artifact, what stands in it is read as usual."""

from collections.abc import Sequence

from reportlab.platypus import Flowable

from survey_service.charts import style


class TintedBox(Flowable):  # type: ignore[misc]
    """Flowables under each other on a tint, with a rule to the left."""

    def __init__(self, content: Sequence[Flowable], padding: float = 9) -> None:
        super().__init__()
        self.content, self.padding = content, padding
        self._heights: list[float] = []

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Return the full width, and the height of the content with its padding, in points."""
        inner = available_width - 2 * self.padding
        self._heights = [
            flowable.wrap(inner, available_height)[1] + flowable.getSpaceAfter()
            for flowable in self.content
        ]
        self.width, self.height = available_width, sum(self._heights) + 2 * self.padding - 3
        return self.width, self.height

    def draw(self) -> None:
        """Paint tint and rule, then the content."""
        canvas = self.canv
        with canvas.artifact():
            canvas.setFillColor(style.TINT)
            canvas.rect(0, 0, self.width, self.height, stroke=0, fill=1)
            canvas.setFillColor(style.BLUE)
            canvas.rect(0, 0, 3, self.height, stroke=0, fill=1)
        y = self.height - self.padding
        for flowable, height in zip(self.content, self._heights, strict=True):
            flowable.drawOn(canvas, self.padding, y - height + flowable.getSpaceAfter())
            y -= height
