"""A drawing as SVG for a page under a strict content policy: no style attribute, no script."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from reportlab.graphics.shapes import Circle, Drawing, Group, Line, Polygon, Rect, Shape, String
from reportlab.lib.colors import Color

from survey_service.charts import style

FONT_FAMILY = "'IBM Plex Sans', system-ui, sans-serif"

_WEIGHTS = {style.REGULAR: "400", style.BOLD: "600", style.ITALIC: "400"}


def draw_svg(drawing: Drawing, *, title: str, description: str, identifier: str) -> str:
    """Return the drawing as one `<svg>` element to stand inside a page.

    Args:
        drawing: made of groups without transforms, lines, circles, rectangles, polygons, strings.
        title: the picture's name, read first.
        description: what it shows, for those who do not see it.
        identifier: unique on the page; the ids of title and description begin with it.

    Raises:
        TypeError: for a shape this renderer does not know.
    """
    height = float(drawing.height)
    labels = f"{identifier}-title {identifier}-description"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby={quoteattr(labels)} '
        f'viewBox="0 0 {_number(drawing.width)} {_number(height)}" '
        f'width="{_number(drawing.width)}" height="{_number(height)}" '
        f'overflow="visible" font-family={quoteattr(FONT_FAMILY)}>'
    )
    names = (
        f"<title id={quoteattr(identifier + '-title')}>{escape(title)}</title>"
        f"<desc id={quoteattr(identifier + '-description')}>{escape(description)}</desc>"
    )
    return head + names + "".join(_draw_all(drawing.contents, height)) + "</svg>"


def _draw_all(shapes: Iterable[Shape], height: float) -> Iterable[str]:
    for shape in shapes:
        if isinstance(shape, Group):
            yield from _draw_all(shape.contents, height)
        else:
            yield _draw_one(shape, height)


def _draw_one(shape: Shape, height: float) -> str:
    if isinstance(shape, Line):
        return _element(
            "line",
            [
                ("x1", shape.x1),
                ("y1", height - shape.y1),
                ("x2", shape.x2),
                ("y2", height - shape.y2),
                *_stroke(shape),
            ],
        )
    if isinstance(shape, Circle):
        place = [("cx", shape.cx), ("cy", height - shape.cy), ("r", shape.r)]
        return _element("circle", [*place, *_fill(shape), *_stroke(shape)])
    if isinstance(shape, Rect):
        place = [("x", shape.x), ("y", height - shape.y - shape.height)]
        extent = [("width", shape.width), ("height", shape.height), ("rx", shape.rx)]
        return _element("rect", [*place, *extent, *_fill(shape), *_stroke(shape)])
    if isinstance(shape, Polygon):
        pairs = zip(shape.points[::2], shape.points[1::2], strict=True)
        points = " ".join(f"{_number(x)},{_number(height - y)}" for x, y in pairs)
        return _element("polygon", [("points", points), *_fill(shape), *_stroke(shape)])
    if isinstance(shape, String):
        return _draw_string(shape, height)
    raise TypeError(f"shape: expected one this renderer draws, found {type(shape).__name__}")


def _draw_string(text: String, height: float) -> str:
    attributes: list[tuple[str, object]] = [
        ("x", text.x),
        ("y", height - text.y),
        ("font-size", text.fontSize),
        ("font-weight", _WEIGHTS.get(text.fontName, "400")),
        ("fill", _colour(text.fillColor)),
    ]
    if text.fontName == style.ITALIC:
        attributes.append(("font-style", "italic"))
    if text.textAnchor != "start":
        attributes.append(("text-anchor", text.textAnchor))
    return _element("text", attributes, escape(text.text))


def _fill(shape: Shape) -> list[tuple[str, object]]:
    return [("fill", _colour(shape.fillColor))]


def _stroke(shape: Shape) -> list[tuple[str, object]]:
    if shape.strokeColor is None or not shape.strokeWidth:
        return []
    found: list[tuple[str, object]] = [
        ("stroke", _colour(shape.strokeColor)),
        ("stroke-width", shape.strokeWidth),
    ]
    if shape.strokeLineCap == 1:
        found.append(("stroke-linecap", "round"))
    if shape.strokeDashArray:
        found.append(
            ("stroke-dasharray", " ".join(_number(dash) for dash in shape.strokeDashArray))
        )
    return found


def _element(name: str, attributes: Sequence[tuple[str, object]], content: str = "") -> str:
    written = " ".join(
        f"{key}={quoteattr(value if isinstance(value, str) else _number(value))}"
        for key, value in attributes
    )
    return f"<{name} {written}>{content}</{name}>" if content else f"<{name} {written}/>"


def _colour(colour: Color | None) -> str:
    return "none" if colour is None else style.hex_of(colour)


def _number(value: object) -> str:
    return f"{float(str(value)):.2f}".rstrip("0").rstrip(".")
