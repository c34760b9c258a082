"""A brief for a screen: the same content as on paper, for phones first.

The fragment has neither style nor script, so that it can stand in a page under a strict content
policy; the page is a whole file that needs nothing beside it.
"""

from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from survey_service.briefs.content import (
    Block,
    Box,
    BriefContent,
    Bullets,
    Cell,
    Column,
    Columns,
    Figure,
    Heading,
    Link,
    Paragraph,
    Table,
)
from survey_service.briefs.markup import plain
from survey_service.briefs.pictures import HeatPicture, PictureRoom, draw_picture
from survey_service.charts.signs import VERDICT_SIGNS
from survey_service.charts.svg import draw_svg

PHONE = PictureRoom(340, 44, 14, narrow=True)
"""A picture as wide as the narrowest phone leaves room for; on wider screens it stays that wide."""

_STYLE = Path(__file__).parent / "brief.css"

_PAGE = """<!doctype html>
<html lang="{locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
{fragment}
</main>
</body>
</html>
"""


def write_fragment(content: BriefContent, *, is_within: bool = False) -> str:
    """Return a brief as one <article>; the same content gives the same text.

    Where it `is_within` a page that has a heading of its own, its headings are a level lower.
    """
    writer = _Writer(content, 1 if is_within else 0)
    blocks = "\n".join(part for page in content.pages for part in writer.write_all(page))
    start = f'<article class="brief brief-{content.kind}" lang="{content.locale}">'
    return f"{start}\n{blocks}\n</article>"


def write_page(content: BriefContent) -> str:
    """Return a brief as a whole page that needs no other file."""
    return _PAGE.format(
        locale=content.locale,
        title=escape(content.title),
        style=_STYLE.read_text(encoding="utf-8"),
        fragment=write_fragment(content),
    )


class _Writer:
    def __init__(self, content: BriefContent, lowered: int) -> None:
        self.content = content
        self.lowered = lowered
        self.figure_count = 0
        self.table_count = 0

    def write_all(self, blocks: Iterable[Block]) -> Iterable[str]:
        for block in blocks:
            yield from self._write(block)

    def _write(self, block: Block) -> Iterable[str]:
        match block:
            case Heading():
                level = min(block.level + self.lowered, 6)
                yield f"<h{level}>{block.text}</h{level}>"
            case Paragraph():
                words = " ".join(sentence.text for sentence in block.sentences)
                yield f'<p class="brief-{block.look}">{words}</p>'
            case Bullets():
                items = "".join(f"<li>{item.text}</li>" for item in block.items)
                yield f"<ul>{items}</ul>"
            case Link():
                address = quoteattr(block.address)
                yield f'<p class="brief-small"><a href={address}>{block.text}</a></p>'
            case Table():
                self.table_count += 1
                yield _write_table(block, f"brief-table-{self.table_count}")
            case Figure():
                yield from self._write_figure(block)
            case Box():
                yield '<div class="brief-box">'
                yield from self.write_all(block.blocks)
                yield "</div>"
            case Columns():
                for column in block.columns:
                    yield from self.write_all(column)

    def _write_figure(self, figure: Figure) -> Iterable[str]:
        """Return a picture; units by principles are too wide for a phone: their table is there."""
        if isinstance(figure.picture, HeatPicture):
            return
        self.figure_count += 1
        svg = draw_svg(
            draw_picture(figure.picture, PHONE, self.content.language),
            title=plain(figure.caption.text),
            description=figure.alternative,
            identifier=f"brief-figure-{self.figure_count}",
        )
        yield f"<figure><figcaption>{figure.caption.text}</figcaption>{svg}</figure>"


def _write_table(table: Table, identifier: str) -> str:
    """Return a table that scrolls by itself on a phone, under its caption, which stays."""
    head = "".join(
        f'<th scope="col"{_look(column)}>{words}</th>'
        for words, column in zip(table.header, table.columns, strict=True)
    )
    body = "\n".join(f"<tr>{''.join(_write_row(row, table))}</tr>" for row in table.rows)
    named = f'aria-labelledby="{identifier}"'
    return (
        f'<figure>\n<figcaption id="{identifier}">{table.caption.text}</figcaption>\n'
        f'<div class="brief-scroll" role="region" {named} tabindex="0">\n<table {named}>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
        "</div>\n</figure>"
    )


def _write_row(row: tuple[Cell, ...], table: Table) -> Iterable[str]:
    for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
        sign = ""
        if cell.verdict is not None:
            sign = f'<span aria-hidden="true">{VERDICT_SIGNS[cell.verdict]}</span> '
        if place < table.header_columns:
            yield f'<th scope="row"{_look(column)}>{sign}{cell.text}</th>'
        else:
            yield f"<td{_look(column)}>{sign}{cell.text}</td>"


def _look(column: Column) -> str:
    return ' class="brief-number"' if column is Column.NUMBER else ""
