"""Tagged PDF (PDF/UA-1) with ReportLab: structure, a canvas, and flowables that use both.

Two of ReportLab's hooks used here are not public (`Table(renderCB=…)` and the canvas's list of
codes), so its version is pinned to 5.1. Every piece of a page is either marked content of one
structure element or an artifact: nothing else is ever painted.
"""

from survey_service.briefs.tagged_pdf.canvas import DocumentFacts, TaggedCanvas
from survey_service.briefs.tagged_pdf.flowables import (
    DrawnLater,
    Heading,
    LinkParagraph,
    ListGroup,
    ListItem,
    SideBySide,
    TaggedFigure,
    TaggedParagraph,
    TaggedText,
)
from survey_service.briefs.tagged_pdf.tables import TableCaption, TableTags, tagged_table

__all__ = [
    "DocumentFacts",
    "DrawnLater",
    "Heading",
    "LinkParagraph",
    "ListGroup",
    "ListItem",
    "SideBySide",
    "TableCaption",
    "TableTags",
    "TaggedCanvas",
    "TaggedFigure",
    "TaggedParagraph",
    "TaggedText",
    "tagged_table",
]
