"""What a brief says, before anybody decides how it looks: blocks in order, pure and frozen.

Two renderers show the same content: `pdf` on paper, `html` on a phone. Texts are markup: <b> and
</b> may stand in them, names and figures in them are escaped, and nothing else is markup.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from survey_service.briefs.pictures import Picture
from survey_service.measurement.comparison import Verdict
from survey_service.measurement.disclosure import ReleasedContrast


class BriefKind(StrEnum):
    """Whom a brief is for."""

    COMMITTEE = "committee"
    LEADERS = "leaders"
    TEAM = "team"
    UNIT = "unit"
    PARTICIPANTS = "participants"


class Field(StrEnum):
    """Which field of the released figures a text rests on."""

    VERDICT = "verdict"
    DIFFERENCE = "difference"
    INTERVAL = "interval"
    DETECTABLE = "minimum_detectable_difference"
    POWER = "equivalence_power"
    MEAN = "adjusted_mean"
    SENT = "sent"
    ROSTER = "roster"
    ANSWER_SHARE = "answer_share"
    MARGIN = "margin"
    MINIMUM = "minimum"
    POTENTIAL = "potential"
    GAP = "gap"
    FLAG_POINTS = "flag_points"
    UNIT_MEAN = "unit_mean"
    UNIT_DIFFERENCE = "unit_difference"
    UNIT_CHANGE = "unit_change"
    UNIT_CHANGE_INTERVAL = "unit_change_interval"


@dataclass(frozen=True, slots=True)
class FigureReference:
    """One released figure that a text rests on, and how the text writes it.

    Keys that do not apply are empty. `written` stands in the text word for word; it is empty where
    the text says in words what the figure is, as it does of a verdict.
    """

    field: Field
    audience: str = ""
    principle: str = ""
    from_wave: str = ""
    to_wave: str = ""
    other_audience: str = ""
    unit: str = ""
    item: str = ""
    written: str = ""

    @classmethod
    def of_contrast(
        cls, contrast: ReleasedContrast, field: Field, written: str = ""
    ) -> "FigureReference":
        """Return the reference to a contrast's figure."""
        return cls(
            field,
            audience=contrast.audience,
            principle=contrast.principle,
            from_wave=contrast.from_wave,
            to_wave=contrast.to_wave,
            written=written,
        )


@dataclass(frozen=True, slots=True)
class Sentence:
    """One or more sentences that are said together, and every figure they rest on."""

    text: str
    figures: tuple[FigureReference, ...] = ()


def join_sentences(first: Sentence, second: Sentence) -> Sentence:
    """Return two sentences as one, resting on the figures of both."""
    return Sentence(f"{first.text} {second.text}".strip(), first.figures + second.figures)


class Look(StrEnum):
    """How a paragraph is set."""

    KICKER = "kicker"
    QUIET = "quiet"
    NOTICE = "notice"
    BODY = "body"
    LEAD = "lead"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a level, 1 to 6; the levels of a brief follow each other."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences after one another."""

    sentences: tuple[Sentence, ...]
    look: Look = Look.BODY


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; each item is one sentence or a few."""

    items: tuple[Sentence, ...]
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A line all of which leads to an address; `description` says where."""

    text: str
    address: str
    description: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a table; a verdict has its sign drawn beside its word."""

    text: str
    figures: tuple[FigureReference, ...] = ()
    verdict: Verdict | None = None


class Column(StrEnum):
    """What a column holds, which decides how wide it is and where its words stand.

    `TEXT` is for sentences: such columns and the one with names share the room that is left.
    """

    NAME = "name"
    WORDS = "words"
    TEXT = "text"
    NUMBER = "number"
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first `header_columns` name each row.

    `group_ends` are numbers of rows, from 1, that a group ends with. `shorter` is what a paper
    without room for it shows instead, and says that it does.
    """

    caption: Sentence
    columns: tuple[Column, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    header_columns: int = 1
    summary: str | None = None
    group_ends: tuple[int, ...] = ()
    shorter: "Table | None" = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its caption and the alternative text that tells what it shows.

    One that `may_be_left_out` repeats what a table of the same brief says.
    """

    picture: Picture
    caption: Sentence
    alternative: str
    may_be_left_out: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """Blocks on a tint: what is to be read if nothing else is."""

    blocks: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks side by side where there is room, else under each other; read from the left."""

    columns: "tuple[tuple[Block, ...], ...]"


Block = Heading | Paragraph | Bullets | Link | Table | Figure | Box | Columns


@dataclass(frozen=True, slots=True)
class BriefContent:
    """A whole brief.

    `pages` are stretches that each begin on a new page of paper. `most_pages` is how many pages it
    is meant to fill, None for as many as it needs; `type_size` scales its type, 1 is usual. `mark`
    is painted at the top of every page of one that is not to be taken for the real thing.
    `briefer` is the same brief with less of what is told in full elsewhere, which it says: for
    paper on which this one has no room.
    """

    kind: BriefKind
    language: str
    locale: str
    title: str
    kind_name: str
    owner: str
    project: str
    release_line: str
    subject: str
    dated: datetime.date
    mark: str
    page_pattern: str
    pages: tuple[tuple[Block, ...], ...]
    most_pages: int | None = None
    type_size: float = 1.0
    briefer: "BriefContent | None" = None

    def blocks(self) -> Iterator[Block]:
        """Go through every block in reading order, those inside others too."""
        for page in self.pages:
            for block in page:
                yield from blocks_within(block)

    def sentences(self) -> Iterator[Sentence]:
        """Go through everything that is said outside tables, in reading order."""
        for block in self.blocks():
            match block:
                case Paragraph():
                    yield from block.sentences
                case Bullets():
                    yield from block.items
                case Table() | Figure():
                    yield block.caption
                case _:
                    pass


def blocks_within(block: Block) -> Iterator[Block]:
    """Go through a block and those inside it, in reading order."""
    yield block
    match block:
        case Box():
            inner = block.blocks
        case Columns():
            inner = tuple(part for column in block.columns for part in column)
        case _:
            inner = ()
    for part in inner:
        yield from blocks_within(part)
