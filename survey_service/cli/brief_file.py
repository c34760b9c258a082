"""`survey-service brief-file`: a brief from a file of scores, without a database."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey_service.cli.files import (
    bad_option,
    file_argument,
    read_plan,
    require_audience,
    tell,
    tell_faults,
)
from survey_service.texts import DEFAULT_LANGUAGE, LANGUAGES

if TYPE_CHECKING:
    from survey_service.briefs.context import BriefContext
    from survey_service.measurement.comparison import ComparisonPlan
    from survey_service.measurement.score_table import ScoreTable

FEWEST_FOR_A_BRIEF = 5


@click.command("brief-file")
@click.argument("scores", type=file_argument)
@click.option("--waves", required=True, help="In their order: baseline,midterm,final.")
@click.option("--margin", type=float, help="Points under which a change is not relevant. [5]")
@click.option("--primary", help="AUDIENCE:FROM:TO, the contrast named before measuring.")
@click.option("--minimum", type=int, help="Fewest answers to a figure that is shown. [5]")
@click.option("--title", help="What was measured. [the file's name]")
@click.option("--owner", default="", help="Whose brief it is, such as a municipality.")
@click.option("--number", type=click.IntRange(min=1), default=1, help="The release's number. [1]")
@click.option("--language", type=click.Choice(LANGUAGES), default=DEFAULT_LANGUAGE)
@click.option("--output", type=file_argument, required=True, help="PDF to write.")
@tell_faults
def brief_file(
    scores: Path,
    waves: str,
    margin: float | None,
    primary: str | None,
    minimum: int | None,
    title: str | None,
    owner: str,
    number: int,
    language: str,
    output: Path,
) -> None:
    """Write a brief of the waves in SCORES.csv; what rests on too few answers is left out."""
    from survey_service.briefs.content import BriefKind
    from survey_service.briefs.making import tell_brief
    from survey_service.briefs.pdf import write_pdf
    from survey_service.briefs.saving import save_whole
    from survey_service.exchange.faults import refuse
    from survey_service.exchange.score_files import read_scores
    from survey_service.measurement.comparison import compare
    from survey_service.measurement.disclosure import disclose

    if minimum is not None and minimum < FEWEST_FOR_A_BRIEF:
        raise bad_option("--minimum", f"{FEWEST_FOR_A_BRIEF} answers or more", minimum)
    plan = read_plan(waves, margin, primary, minimum)
    read = read_scores(scores, plan.waves)
    require_audience(read, plan)
    tell(scores, read.recognised)
    figures = disclose(
        compare(read.table, plan),
        count_answers(read.table),
        plan.waves,
        plan.minimum,
        plan.margin,
        principles=read.table.principles,
    )
    context = _context(read.table, plan, title or scores.stem, owner, number)
    content = tell_brief(BriefKind.LEADERS, figures, context, language)
    try:
        save_whole(output, write_pdf(content))
    except OSError as error:
        raise refuse(output, "a file that can be written", error.strerror or "none") from error
    tell(output, "written")


def count_answers(table: "ScoreTable") -> dict[tuple[str, str], tuple[int, int | None]]:
    """Return how many answered per (audience, wave); the roster is not known.

    A response has one row per principle, and a file need not name its respondents: so the count is
    that of the principle with the most rows.
    """
    keys = zip(table.audience.tolist(), table.wave.tolist(), table.principle.tolist(), strict=True)
    counts: dict[tuple[str, str], tuple[int, int | None]] = {}
    for (audience, wave, _principle), count in Counter(keys).items():
        key = (table.audiences[audience], table.waves[wave])
        counts[key] = (max(count, counts.get(key, (0, None))[0]), None)
    return counts


def _context(
    table: "ScoreTable", plan: "ComparisonPlan", title: str, owner: str, number: int
) -> "BriefContext":
    from survey_service.briefs.context import BriefContext, PrincipleName, WaveFacts
    from survey_service.texts import Wording
    from survey_service.web.application import copenhagen_today

    def as_it_is(name: str) -> Wording:
        return Wording(dict.fromkeys(LANGUAGES, name))

    return BriefContext(
        project_title=title,
        municipality=owner,
        waves=tuple(WaveFacts(wave, as_it_is(wave)) for wave in plan.waves),
        principles=tuple(
            PrincipleName(name, as_it_is(name), as_it_is(name)) for name in table.principles
        ),
        audiences=table.audiences,
        primary_audience=plan.primary.audience if plan.primary else None,
        release_number=number,
        released_on=copenhagen_today(),
    )
