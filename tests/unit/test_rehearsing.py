"""The dry run of an import: what each line becomes, and every fault with its line."""

import pytest
from import_builder import a_frame, told, try_lines

from survey_service.fieldwork.import_choices import Target

HEADER = "nr;afdeling;målgruppe;hopes_asked;hopes_goals;hopes_given"


def scores_of(person):
    return {score.measure: score.score for score in person.scores if score.score is not None}


# --- answers ------------------------------------------------------------------------------------


def test_a_line_of_answers_becomes_a_person_with_answers_and_scores():
    found = try_lines(HEADER, "b-1;Botilbud;Borger;5;4;3")
    (person,) = found.people
    assert (person.unit, person.audience, person.reference) == ("home", "citizen", "b-1")
    assert person.answers == {"hopes_asked": "5", "hopes_goals": "4", "hopes_given": "3"}
    # Options 5, 4 and 3 of five are 100, 75 and 50.
    assert scores_of(person) == {"hopes": 75.0}
    assert (found.fault_count, found.line_count, found.is_scores_only) == (0, 1, False)


def test_words_are_understood_as_the_options_they_are_called():
    found = try_lines(HEADER, "1;home;citizen;I høj grad;slet ikke;Ved ikke")
    assert found.people[0].answers == {
        "hopes_asked": "4", "hopes_goals": "1", "hopes_given": "dk"
    }  # fmt: skip


def test_numbers_with_their_word_are_understood_by_the_number():
    found = try_lines(HEADER, "1;home;citizen;4 - I høj grad;1: slet;5")
    assert list(found.people[0].answers.values()) == ["4", "1", "5"]


def test_numbers_that_begin_at_0_are_counted_from_0_in_the_whole_file():
    found = try_lines(HEADER, "1;home;citizen;0;4;1", "2;home;citizen;1;2;3")
    assert [list(person.answers.values()) for person in found.people] == [
        ["1", "5", "2"], ["2", "3", "4"]
    ]  # fmt: skip


def test_a_scale_that_runs_the_other_way_is_said_value_by_value():
    values = {"scale:degree": {"1": "5", "2": "4", "3": "3", "4": "2", "5": "1"}}
    found = try_lines(HEADER, "1;home;citizen;1;2;5", values=values)
    assert list(found.people[0].answers.values()) == ["5", "4", "1"]


def test_a_single_column_that_runs_the_other_way_is_turned():
    found = try_lines(HEADER, "1;home;citizen;1;2;5", turned=("hopes_goals",))
    assert found.people[0].answers["hopes_goals"] == "4"
    assert found.people[0].answers["hopes_asked"] == "1"


def test_an_option_that_stands_for_not_reached_is_no_answer():
    values = {"scale:degree": {"9": "empty"}}
    found = try_lines(HEADER, "1;home;citizen;9;2;5", values=values)
    assert found.people[0].answers == {"hopes_goals": "2", "hopes_given": "5"}


def test_half_of_a_principles_questions_and_two_of_them_are_needed_for_a_score():
    found = try_lines(HEADER, "1;home;citizen;4;;", "2;home;citizen;4;2;")
    assert [scores_of(person) for person in found.people] == [{}, {"hopes": 50.0}]


def test_one_audience_can_be_said_for_the_whole_file():
    found = try_lines("nr;afdeling;hopes_asked", "1;home;3", audience="staff")
    assert found.people[0].audience == "staff"


def test_answers_given_by_someone_else_are_an_audience_of_their_own():
    found = try_lines(f"{HEADER};help", "1;home;citizen;4;4;4;by_other", "2;home;staff;4;4;4;")
    assert [(person.asked, person.audience) for person in found.people] == [
        ("citizen", "citizen-proxy"), ("staff", "staff")
    ]  # fmt: skip
    assert found.people[0].answers["help"] == "by_other"


def test_a_line_without_any_answer_is_left_out_and_counted():
    found = try_lines(HEADER, "1;home;citizen;;;", "2;home;citizen;4;4;4")
    assert (len(found.people), found.empty_count, found.fault_count) == (1, 1, 0)


def test_lines_of_other_waves_are_left_out_and_counted():
    found = try_lines(
        f"{HEADER};måling", "1;home;citizen;4;4;4;2020", "2;home;citizen;4;4;4;2021",
        label_da="2020",
    )  # fmt: skip
    assert (len(found.people), found.other_wave_count) == (1, 1)


def test_an_empty_reference_is_a_person_nobody_can_follow():
    found = try_lines(HEADER, ";home;citizen;4;4;4", ";home;citizen;4;4;4")
    assert [person.reference for person in found.people] == [None, None]
    assert found.linked_count == 0


def test_counts_are_per_unit_and_audience_and_per_principle():
    found = try_lines(HEADER, "1;home;citizen;4;4;4", "2;house;citizen;4;;", "3;home;staff;4;4;4")
    assert found.counts == {
        ("home", "citizen"): 1, ("house", "citizen"): 1, ("home", "staff"): 1
    }  # fmt: skip
    assert found.score_counts == {("citizen", "hopes"): 1, ("staff", "hopes"): 1}


# --- questions of another questionnaire ----------------------------------------------------------


OLDER = {"nr": "respondent", "afd": "unit", "a": "older:hopes", "b": "older:hopes",
         "c": "older:respect", "d": "item:hopes_asked"}  # fmt: skip


def test_older_questions_count_towards_the_principle_the_evaluator_names():
    frame = a_frame("recovery-2020")
    found = try_lines("nr;afd;a;b;c;d", "1;home;1;4;4;5", frame=frame, audience="citizen",
                      columns=OLDER, older_options=4)  # fmt: skip
    (person,) = found.people
    # Options 1 and 4 of four are 0 and 100, option 5 of five is 100; respect has one question.
    assert scores_of(person) == {"hopes": pytest.approx(200 / 3), "respect": 100.0}
    assert [(s.measure, s.rated_count, s.item_count) for s in person.scores] == [
        ("hopes", 3, 3), ("respect", 1, 1)
    ]  # fmt: skip


def test_people_of_another_questionnaire_have_scores_and_no_answers():
    found = try_lines("nr;afd;a;b;c;d", "1;home;1;4;4;5", audience="citizen", columns=OLDER)
    assert (found.is_scores_only, found.people[0].answers) == (True, {})


# --- scores -------------------------------------------------------------------------------------


def test_scores_in_a_column_each_with_danish_decimals():
    found = try_lines("Nr;Afdeling;Målgruppe;Håb og drømme;Respekt",
                      "1;Botilbud;Pårørende;66,7;", kind="scores", codec="cp1252",
                      columns={"Nr": "respondent", "Afdeling": "unit", "Målgruppe": "audience",
                               "Håb og drømme": "measure:hopes", "Respekt": "measure:respect"},
                      )  # fmt: skip
    (person,) = found.people
    assert {score.measure: score.score for score in person.scores} == {
        "hopes": 66.7, "respect": None
    }  # fmt: skip
    assert person.answers == {}


def test_scores_a_line_each_are_gathered_by_person():
    found = try_lines(
        "respondent,unit,audience,wave,principle,score",
        "a,home,citizen,baseline,hopes,50",
        "b,house,citizen,baseline,hopes,25.5",
        "a,home,citizen,baseline,respect,75",
        kind="scores",
    )
    assert [scores_of(person) for person in found.people] == [
        {"hopes": 50.0, "respect": 75.0}, {"hopes": 25.5}
    ]  # fmt: skip


def test_scores_without_reference_belong_together_until_a_principle_comes_again():
    found = try_lines(
        "unit,audience,principle,score",
        "home,citizen,hopes,50", "home,citizen,respect,75",
        "home,citizen,hopes,25", "house,citizen,respect,0",
        kind="scores",
    )  # fmt: skip
    assert [scores_of(person) for person in found.people] == [
        {"hopes": 50.0, "respect": 75.0}, {"hopes": 25.0}, {"respect": 0.0}
    ]  # fmt: skip


def test_an_older_principle_is_known_by_its_older_name():
    found = try_lines(
        "respondent,unit,audience,principle,score", "a,home,citizen,cooperation,50",
        kind="scores", frame=a_frame("recovery-2020"),
    )  # fmt: skip
    assert scores_of(found.people[0]) == {"respect": 50.0}


# --- faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "column", "rule"),
    [
        ("1;Kantinen;Borger;4;4;4", "afdeling", "unknown_unit"),
        ("1;;Borger;4;4;4", "afdeling", "cell_empty"),
        ("1;home;Naboer;4;4;4", "målgruppe", "unknown_audience"),
        ("1;home;;4;4;4", "målgruppe", "cell_empty"),
        ("1;home;Borger;4;måske;4", "hopes_goals", "unknown_answer"),
        ("1;home;Borger;4;7;4", "hopes_goals", "unknown_answer"),
        ("010203-1234;home;Borger;4;4;4", "nr", "looks_like_cpr"),
        ("1;home;leader;4;4;4", "målgruppe", "audience_without_questionnaire"),
        ("1;home", "", "cells_unlike_header"),
        ("1;home;Borger;4;4;4;5", "", "cells_unlike_header"),
    ],
)
def test_a_faulty_line_is_told_with_its_column_and_left_out(line, column, rule):
    found = try_lines(HEADER, line, "2;home;citizen;4;4;4")
    assert told(found) == [(2, column, rule)]
    assert (len(found.people), found.faulty_line_count, found.line_count) == (1, 1, 2)


def test_a_number_that_looks_like_a_cpr_number_is_not_repeated():
    found = try_lines(HEADER, "010203-1234;home;Borger;4;4;4")
    assert "1234" not in str(found.faults)


def test_a_respondent_twice_is_told_with_the_first_line():
    found = try_lines(HEADER, "1;home;citizen;4;4;4", "1;home;staff;4;4;4", "1;home;citizen;2;2;2")
    assert told(found) == [(4, "nr", "respondent_twice")]
    assert found.faults[0].values == {"first": 2}
    assert [person.audience for person in found.people] == ["citizen", "staff"]


def test_every_fault_of_a_line_is_told():
    found = try_lines(HEADER, "1;Kantinen;Naboer;9;4;4")
    assert [rule for _, _, rule in told(found)] == [
        "unknown_unit", "unknown_audience", "unknown_answer"
    ]  # fmt: skip
    assert (found.fault_count, found.faulty_line_count) == (3, 1)


def test_a_question_another_audience_is_not_asked_is_a_fault_where_it_is_answered():
    only_citizens = "outcome_wellbeing"
    assert only_citizens not in a_frame().instruments["staff"].by_key
    found = try_lines(
        f"nr;afdeling;målgruppe;hopes_asked;{only_citizens}",
        "1;home;citizen;4;4", "2;home;staff;4;", "3;home;staff;4;4",
    )  # fmt: skip
    assert told(found) == [(4, only_citizens, "question_not_asked")]
    assert len(found.people) == 2


@pytest.mark.parametrize(
    ("cell", "rule"),
    [("101", "no_score"), ("-1", "no_score"), ("høj", "no_score"), ("nan", "no_score"),
     ("1e3", "no_score"), ("50.5", "two_decimal_marks")],
)  # fmt: skip
def test_a_score_is_a_number_from_0_to_100_written_as_the_others(cell, rule):
    found = try_lines("afd;hopes", "home;12,5", f"home;{cell}", kind="scores", audience="staff",
                      columns={"afd": "unit", "hopes": "measure:hopes"})  # fmt: skip
    assert told(found) == [(3, "hopes", rule)]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("a,home,citizen,hopes,60", "principle_twice"),
        ("a,house,citizen,respect,60", "unit_differs"),
        ("a,home,citizen,kindness,60", "unknown_principle"),
    ],
)
def test_scores_a_line_each_have_their_own_faults(line, rule):
    found = try_lines("respondent,unit,audience,principle,score", "a,home,citizen,hopes,50", line,
                      kind="scores")  # fmt: skip
    assert [(number, found_rule) for number, _, found_rule in told(found)] == [(3, rule)]


def test_scores_of_another_framework_than_the_wave_was_asked_in_are_a_fault():
    found = try_lines(
        "unit,audience,framework,principle,score",
        "home,citizen,recovery-2023,hopes,50", "home,citizen,recovery-2020,respect,50",
        kind="scores",
    )  # fmt: skip
    assert told(found) == [(3, "framework", "other_framework")]


# --- what is wrong with a file as a whole --------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "kind", "rules"),
    [
        ("nr;x", "responses", ["no_unit_column", "no_audience", "no_question_column"]),
        ("afdeling;målgruppe", "scores", ["no_score_column"]),
        ("afdeling;målgruppe;principle", "scores", ["principle_without_score"]),
        ("afdeling;målgruppe;principle;score;hopes", "scores", ["two_layouts"]),
    ],
)
def test_missing_columns_are_told_before_any_line_is_read(header, kind, rules):
    found = try_lines(header, ";".join(["1"] * (header.count(";") + 1)), kind=kind)
    assert [fault.rule for fault in found.obstacles] == rules
    assert (found.faults, found.people) == ((), ())


def test_two_columns_that_claim_the_same_are_told():
    found = try_lines("a;b;målgruppe;hopes_asked", "1;2;citizen;4",
                      columns={"a": Target.UNIT, "b": Target.UNIT, "målgruppe": "audience",
                               "hopes_asked": "item:hopes_asked"})  # fmt: skip
    assert [(f.rule, f.values["columns"]) for f in found.obstacles] == [("same_target", "a, b")]


def test_a_file_without_lines_is_told():
    assert "no_lines" in [fault.rule for fault in try_lines(HEADER).obstacles]


def test_a_column_that_is_not_chosen_is_not_judged():
    chosen = {"nr": "respondent", "afdeling": "unit", "målgruppe": "audience",
              "hopes_asked": "item:hopes_asked"}  # fmt: skip
    found = try_lines(HEADER, "1;home;citizen;4;vrøvl;vrøvl", columns=chosen)
    assert found.fault_count == 0


def test_reading_can_be_followed_and_stopped():
    from import_builder import a_table

    from survey_service.fieldwork.import_choices import ImportChoices
    from survey_service.fieldwork.rehearsing import rehearse

    class StoppedError(Exception):
        pass

    heard = []

    def tell(step, done=0, total=0):
        heard.append((step, done, total))
        raise StoppedError

    with pytest.raises(StoppedError):
        rehearse(a_table(HEADER, "1;home;citizen;4;4;4"), a_frame(), ImportChoices(), tell)
    assert heard == [("reading_lines", 0, 1)]
