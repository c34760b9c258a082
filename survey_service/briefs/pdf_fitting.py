"""How airily a page of a brief can be set: densities are tried until its blocks fit."""

import io
from dataclasses import replace
from itertools import groupby

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from survey_service.briefs.brief_style import (
    DENSITIES,
    OVERFLOWING,
    ROOMY,
    SCOUT,
    TEXT_HEIGHT,
    TEXT_WIDTH,
    Density,
)
from survey_service.briefs.content import (
    Block,
    BriefContent,
    Columns,
    Figure,
    Table,
    blocks_within,
)
from survey_service.briefs.pdf_blocks import set_blocks

_ENDLESS = 100_000.0


def set_pages(content: BriefContent) -> tuple[list[list[Flowable]], bool]:
    """Return each page's flowables, as airy as fits on it, and whether all of them fit.

    A brief without limit is set roomily. What fits in no density is set to run over, with nothing
    left out.
    """
    if content.most_pages is None:
        return [set_blocks(page, content.language, ROOMY) for page in content.pages], True
    trials = [_Trial(page, content) for page in content.pages]
    found = [trial.find() for trial in trials]
    overflowing = OVERFLOWING.enlarged(content.type_size)
    pages = [
        trial.set(density or overflowing) for trial, density in zip(trials, found, strict=True)
    ]
    return pages, None not in found


class _Trial:
    """A page set in one density after another; what two densities set alike is set once."""

    def __init__(self, page: tuple[Block, ...], content: BriefContent) -> None:
        self.page, self.content = page, content
        self._canvas = Canvas(io.BytesIO(), invariant=1)
        self._too_high: list[Density] = []
        self._set: dict[tuple[int, Density], tuple[list[Flowable], float]] = {}
        inner = [tuple(blocks_within(block)) for block in page]
        self._has_pictures = [
            any(isinstance(part, Figure | Columns) for part in parts) for parts in inner
        ]
        self._has_shorter = [
            any(isinstance(part, Table) and part.shorter is not None for part in parts)
            for parts in inner
        ]

    def find(self) -> Density | None:
        """Return the airiest density in which the page fits; None if it fits in none."""
        densities = [density.enlarged(self.content.type_size) for density in DENSITIES]
        if self._fits(densities[0]):
            return densities[0]
        self._fits(densities[SCOUT])  # most full pages end here: it rules out all it is closer than
        for _, group in groupby(densities, key=lambda of: (of.small_pictures, of.all_figures)):
            alike = list(group)
            if self._fits(alike[0]):
                return alike[0]
            if self._fits(alike[-1]):
                return self._airiest(alike)
        return None

    def set(self, density: Density) -> list[Flowable]:
        """Return the page's flowables in a density."""
        return [part for place in range(len(self.page)) for part in self._place(place, density)[0]]

    def _airiest(self, densities: list[Density]) -> Density:
        """Return the first density that fits, of some that grow closer and whose last does."""
        low, high = 0, len(densities) - 1
        while low < high:
            middle = (low + high) // 2
            if self._fits(densities[middle]):
                high = middle
            else:
                low = middle + 1
        return densities[high]

    def _fits(self, density: Density) -> bool:
        if any(tried.is_as_close_as(density) for tried in self._too_high):
            return False
        height = 0.0
        for place in range(len(self.page)):
            height += self._place(place, density)[1]
            if height > TEXT_HEIGHT:
                self._too_high.append(density)
                return False
        return True

    def _place(self, place: int, density: Density) -> tuple[list[Flowable], float]:
        """Return one block's flowables and their height; spaces are never merged."""
        key = place, self._seen_by(place, density)
        if key not in self._set:
            flowables = set_blocks((self.page[place],), self.content.language, density)
            height = sum(
                flowable.getSpaceBefore()
                + flowable.wrapOn(self._canvas, TEXT_WIDTH, _ENDLESS)[1]
                + flowable.getSpaceAfter()
                for flowable in flowables
            )
            self._set[key] = flowables, height
        return self._set[key]

    def _seen_by(self, place: int, density: Density) -> Density:
        """Return a density without what makes no difference to a block."""
        if not self._has_shorter[place]:
            density = replace(density, all_figures=True)
        if not self._has_pictures[place]:
            density = replace(density, small_pictures=True, picture_row=0, small_picture_row=0)
        return density
