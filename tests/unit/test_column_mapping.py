"""What the names of somebody else's columns and words suggest, and how wordings are linked."""

import pytest
from import_builder import a_frame

from survey_service.fieldwork.column_mapping import (
    link_principles,
    meaning_of,
    suggest_columns,
    suggest_meanings,
    target_options,
)
from survey_service.fieldwork.import_choices import (
    FileKind,
    ImportChoices,
    read_choices,
    write_choices,
)
from survey_service.measurement.principles import Relation

RESPONSES, SCORES = FileKind.RESPONSES, FileKind.SCORES


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("Løbenr.", "respondent"),
        ("AFDELING", "unit"),
        ("Målgruppe", "audience"),
        ("hopes_asked", "item:hopes_asked"),
        ("Bliver du spurgt, hvad du gerne vil med dit liv?", "item:hopes_asked"),
        ("Hvem svarer?", "help"),
        ("Alder", ""),
    ],
)
def test_a_column_of_answers_is_known_by_its_name_or_its_question(column, target):
    assert suggest_columns(a_frame(), RESPONSES, [column]) == {column: target}


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("hopes", "measure:hopes"),
        ("Netværk", "measure:network"),
        ("Indsatsen er helhedsorienteret", "measure:coordination"),
        ("cooperation", "measure:respect"),
        ("principle", "principle"),
        ("hopes_asked", ""),
    ],
)
def test_a_column_of_scores_is_known_by_the_principles_name_old_or_new(column, target):
    short = {link.key: link.short.read_in("da") for link in a_frame().links}
    if column == "Netværk":
        column = short["network"]
    assert suggest_columns(a_frame("recovery-2020"), SCORES, [column]) == {column: target}


def test_no_two_columns_are_suggested_for_the_same():
    assert suggest_columns(a_frame(), RESPONSES, ["id", "nr"]) == {"id": "respondent", "nr": ""}


def test_every_suggestion_can_be_chosen():
    frame = a_frame("recovery-2020")
    for kind in FileKind:
        offered = target_options(frame, kind)
        assert len(set(offered)) == len(offered)
        names = [*frame.items, *(link.key for link in frame.links), "unit", "wave", "help"]
        assert set(suggest_columns(frame, kind, names).values()) <= set(offered)


@pytest.mark.parametrize(
    ("place", "word", "meaning"),
    [
        ("unit", "botilbud", "home"),
        ("unit", "house", "house"),
        ("audience", "Pårørende", "relative"),
        ("audience", "citizen-proxy", "citizen-proxy"),
        ("help", "Med hjælp", "with_help"),
        ("scale:degree", "I meget høj grad", "5"),
        ("scale:degree", "To a great extent", "4"),
        ("scale:degree", "ikke relevant", "na"),
        ("principle", "Håb og drømme", "hopes"),
    ],
)
def test_words_are_understood_in_danish_and_english(place, word, meaning):
    frame = a_frame("recovery-2020")
    if word == "Håb og drømme":
        word = frame.links[0].short.read_in("da")
    assert suggest_meanings(frame, ImportChoices(), place, [word]) == {word: meaning}


def test_what_is_said_goes_before_what_is_suggested_and_may_be_nothing():
    choices = ImportChoices(values={"unit": {"Botilbud": "house", "house": ""}})
    assert meaning_of(a_frame(), choices, "unit", ["Botilbud", "house", "Café"]) == {
        "Botilbud": "house", "house": None, "Café": None
    }  # fmt: skip


def test_numbers_of_another_length_are_not_stretched():
    words = ["0", "10", "4"]
    assert suggest_meanings(a_frame(), ImportChoices(), "scale:degree", words) == {
        "0": "1", "4": "5"
    }  # fmt: skip
    longer = ImportChoices(older_options=11)
    assert suggest_meanings(a_frame(), longer, "older", words) == {"0": "1", "4": "5", "10": "11"}


# --- wordings -----------------------------------------------------------------------------------


def relations(current, older):
    return {link.key: str(link.relation) for link in link_principles(current, older)}


def test_the_wording_of_2020_is_linked_principle_by_principle():
    # As the table of the case says: five close, two changed in scope, one without an ancestor.
    assert relations("recovery-2023", "recovery-2020") == {
        "hopes": "close", "resources": "close", "network": "changed_scope", "respect": "nearest",
        "early": "close", "coordination": "close", "followup": "close",
        "evidence": "changed_scope",
    }  # fmt: skip
    links = {link.key: link for link in link_principles("recovery-2023", "recovery-2020")}
    assert links["respect"].older_key == "cooperation"
    assert "Det nærmeste var samarbejde" in links["respect"].note.read_in("da")


def test_the_same_wording_is_the_same_throughout():
    assert set(relations("recovery-2023", "recovery-2023").values()) == {"same"}


def test_two_older_wordings_are_linked_by_the_weaker_of_their_relations():
    found = relations("recovery-municipal-2023", "recovery-2020")
    assert (found["network"], found["hopes"], found["respect"]) == (
        "changed_scope", "close", "nearest"
    )  # fmt: skip


def test_the_current_wording_is_linked_from_an_older_project_too():
    found = relations("recovery-2020", "recovery-2023")
    assert found["hopes"] == "close"
    assert found["network"] == "changed_scope"
    assert not Relation(found["cooperation"]).carries_a_trend


def test_choices_are_read_back_as_they_were_written():
    choices = ImportChoices(
        kind=SCORES, sheet="Svar", columns={"Nr": "respondent"}, turned=("b",),
        values={"unit": {"Café": "home"}}, leaves_out_faulty=True, older_options=4,
    )  # fmt: skip
    assert read_choices(write_choices(choices)) == choices
    assert read_choices("{}") == ImportChoices()
