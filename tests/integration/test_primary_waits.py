"""A comparison that was named beforehand but not measured yet is never taken for another."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from builders import TODAY, Installation
from test_result_pages import answered, evaluator, page  # noqa: F401 - fixtures of the same pages

from survey_service.briefs.context import Speech
from survey_service.briefs.method_words import method_points
from survey_service.measurement.comparison import Verdict
from survey_service.reporting.brief_making import context_of
from survey_service.reporting.releasing import find_release, release_project
from survey_service.storage.database import Base, database
from survey_service.web.workspace.primary_notes import primary_notes


def name_primary(installation: Installation, last: str) -> None:
    project = Base.metadata.tables["project"]
    named = {"primary_audience": "citizen", "primary_from": "baseline", "primary_to": last}
    with installation.context(), database.engine.begin() as connection:
        connection.execute(sa.update(project).values(**named))


def test_the_method_page_says_that_it_waits(evaluator, answered):  # noqa: F811
    name_primary(answered, "later")
    text = page(evaluator, answered, "metode").text
    assert "(Borgere, baseline til later), er ikke målt endnu" in text
    assert "udpeget på forhånd:" not in text


@pytest.mark.usefixtures("evaluator")
def test_the_brief_names_no_comparison_that_was_not_named(answered):  # noqa: F811
    name_primary(answered, "later")
    with answered.context():
        release = find_release(answered.project_id, release_project(answered.project_id, TODAY))
        words = "".join(
            said.text
            for said in method_points(
                release.figures, Speech(context_of(release, "da", None), "da")
            )
        )
    assert "(baseline til later) er ikke målt endnu" in words
    assert "Her er risikoen" not in words


@pytest.mark.usefixtures("evaluator")
def test_where_the_comparison_named_beforehand_is_withheld_the_reasons_are_told_together(answered):  # noqa: F811
    with answered.app.test_request_context("/"):
        answered.app.preprocess_request()
        release = find_release(answered.project_id)
        first, *others = release.figures.contrasts
        withheld = replace(first, is_primary=True, difference=None, verdict=Verdict.TOO_FEW)
        figures = replace(release.figures, contrasts=(withheld, *others))
        [told] = primary_notes(replace(release, figures=figures), first.audience)
        assert primary_notes(replace(release, figures=figures), "another") == []
        assert primary_notes(release, first.audience) == []
    assert "færre end 5 svar" in told
    assert "kommet til, faldet fra eller" in told


def test_the_results_page_tells_why_interval_and_conclusion_may_differ(evaluator, answered):  # noqa: F811
    evaluator.get(f"/arbejdsrum/projekt/{answered.project_id}/resultater")
    assert "selv om intervallet ikke rummer 0" in evaluator.text
