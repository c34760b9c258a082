"""The shipped frameworks and instruments say what was agreed."""

import subprocess
import sys
from pathlib import Path

import pytest

from survey_service.catalogue import (
    UnknownFramework,
    UnknownInstrument,
    check_folder,
    load_framework,
    load_frameworks,
    load_instrument,
    load_instruments,
    questionnaires_folder,
    read_instrument_file,
)
from survey_service.measurement.instrument import Block
from survey_service.measurement.principles import Relation
from survey_service.measurement.readability import count_instrument, review_instrument

PRINCIPLES = [
    "hopes",
    "resources",
    "network",
    "respect",
    "early",
    "coordination",
    "followup",
    "evidence",
]
VALUES = {"person_orientation", "person_involvement", "self_determination", "hope_and_potential"}
CURRENT_WORDING = [
    "Tag udgangspunkt i borgernes håb, ønsker og drømme",
    "Fokusér på borgernes ressourcer",
    "Inddrag borgernes netværk og de almene fællesskaber",
    "Mød borgerne med åbenhed, tillid og respekt",
    "Hjælp borgerne så tidligt som muligt",
    "Arbejd koordineret med borgernes samlede livssituation",
    "Følg op, så indsatsen altid er den rette",
    "Brug viden og metoder, der virker",
]
WORDING_OF_2020 = {
    "hopes": "Indsatsen tager udgangspunkt i borgerens ønsker, håb og drømme omsat til mål",
    "resources": "Indsatsen fokuserer på borgerens ressourcer frem for begrænsninger",
    "network": "Indsatsen understøtter borgerens deltagelse i samfundets almene fællesskaber",
    "respect": "Indsatsen sker i et samarbejde mellem borger samt myndighed og tilbud",
    "early": "Indsatsen iværksættes hurtigt og om muligt forebyggende",
    "coordination": "Indsatsen er helhedsorienteret",
    "followup": "Der følges løbende op på indsatsen",
    "evidence": "Indsatsen tager udgangspunkt i metoder, hvis virkning kan dokumenteres",
}
INSTRUMENTS = [("citizen", 1), ("relative", 1), ("staff", 1)]
ANXIETY_FILE = Path(__file__).parent.parent / "reference" / "state_anxiety_inventory.yaml"


def test_nothing_is_wrong_in_the_shipped_folder():
    assert check_folder(questionnaires_folder()) == ()


def test_the_current_framework_has_the_national_guides_words():
    framework = load_framework("recovery-2023")
    assert [principle.key for principle in framework.principles] == PRINCIPLES
    wordings = [principle.wording.read_in("da") for principle in framework.principles]
    assert wordings == CURRENT_WORDING


def test_the_current_framework_leads_nowhere_else():
    framework = load_framework("recovery-2023")
    assert framework.current is None
    assert framework.crosswalk == {}


@pytest.mark.parametrize("key", ["recovery-2023", "recovery-municipal-2023", "recovery-2020"])
def test_every_framework_has_the_four_recovery_values(key):
    assert {value.key for value in load_framework(key).values} == VALUES


def test_the_municipal_strategy_words_network_and_evidence_in_its_own_way():
    framework = load_framework("recovery-municipal-2023")
    wordings = {entry.key: entry.wording.read_in("da") for entry in framework.principles}
    current = dict(zip(PRINCIPLES, CURRENT_WORDING, strict=True))
    assert wordings == current | {
        "network": "Inddrag borgernes lokalsamfund og netværk",
        "evidence": "Brug metoder og viden, der virker",
    }


def test_the_crosswalk_of_2020_tells_the_older_words_of_each_principle():
    crosswalk = load_framework("recovery-2020").crosswalk
    older = {key: entry.older.read_in("da") for key, entry in crosswalk.items()}
    assert older == WORDING_OF_2020


def test_five_principles_of_2020_map_closely_two_changed_scope_and_respect_is_new():
    crosswalk = load_framework("recovery-2020").crosswalk
    close = {"hopes", "resources", "early", "coordination", "followup"}
    assert {key for key, entry in crosswalk.items() if entry.relation == Relation.CLOSE} == close
    assert crosswalk["network"].relation == Relation.CHANGED_SCOPE
    assert crosswalk["evidence"].relation == Relation.CHANGED_SCOPE
    assert crosswalk["respect"].relation == Relation.NEAREST


def test_no_principle_of_2020_is_called_respect():
    # Or scores of another content would join the current principle's trend by their key.
    keys = [principle.key for principle in load_framework("recovery-2020").principles]
    assert "respect" not in keys


def test_a_broken_trend_says_why():
    for framework in load_frameworks():
        for entry in framework.crosswalk.values():
            assert entry.relation.carries_a_trend or entry.note is not None


def test_an_unknown_framework_is_refused_by_name():
    with pytest.raises(UnknownFramework, match="found 'recovery-1999'"):
        load_framework("recovery-1999")


def test_the_shipped_instruments_are_those_of_citizens_relatives_and_staff():
    assert [(each.key, each.version) for each in load_instruments()] == INSTRUMENTS


@pytest.mark.parametrize(("key", "version"), [("citizen", 2), ("nobody", 1), ("../scales", 1)])
def test_an_unknown_instrument_is_refused_by_name(key, version):
    with pytest.raises(UnknownInstrument, match=f"found '{key}-{version}'"):
        load_instrument(key, version)


def test_an_instrument_is_read_once():
    assert load_instrument("citizen", 1) is load_instrument("citizen", 1)


@pytest.mark.parametrize(("key", "count"), [("citizen", 3), ("staff", 3), ("relative", 2)])
def test_every_principle_has_its_number_of_items(key, count):
    instrument = load_instrument(key, 1)
    counts = {
        measure: len(items)
        for measure, items in instrument.measures.items()
        if items[0].block == Block.PRINCIPLE
    }
    assert counts == dict.fromkeys(PRINCIPLES, count)


@pytest.mark.parametrize("key", ["citizen", "staff", "relative"])
def test_every_principle_item_belongs_to_a_recovery_value(key):
    items = [item for item in load_instrument(key, 1).items if item.block == Block.PRINCIPLE]
    assert all(item.values for item in items)
    assert {value for item in items for value in item.values} == VALUES


def test_staff_are_asked_the_same_contents_as_citizens():
    contents = [
        [item.key for item in load_instrument(key, 1).items if item.block == Block.PRINCIPLE]
        for key in ("citizen", "staff")
    ]
    assert contents[0] == contents[1]


def test_relatives_are_asked_contents_of_the_citizens_and_about_their_own_support():
    citizens = load_instrument("citizen", 1).by_key
    relatives = [i.key for i in load_instrument("relative", 1).items if i.block == Block.PRINCIPLE]
    assert set(relatives) - set(citizens) == {"relative_support"}


def test_the_published_indicators_are_asked():
    found = {
        (instrument.key, item.indicator): item.wording.read_in("da")
        for instrument in load_instruments()
        for item in instrument.items
        if item.indicator
    }
    assert found == {
        ("citizen", "community_participation"): (
            "Har du god mulighed for at deltage i de fællesskaber, du ønsker?"
        ),
        ("relative", "relative_support"): "Får du den støtte og opbakning, du har brug for?",
    }


def test_only_citizens_are_asked_about_outcomes_which_stand_apart_from_the_principles():
    outcomes = {
        instrument.key: [item for item in instrument.items if item.block == Block.OUTCOME]
        for instrument in load_instruments()
    }
    assert {key: len(items) for key, items in outcomes.items()} == {
        "citizen": 5,
        "relative": 0,
        "staff": 0,
    }
    assert {item.measure for item in outcomes["citizen"]} == {"outcomes"}


@pytest.mark.parametrize("key", ["citizen", "staff", "relative"])
def test_the_overall_question_and_the_free_text_are_asked_once(key):
    blocks = [item.block for item in load_instrument(key, 1).items]
    assert blocks.count(Block.OVERALL) == 1
    assert blocks.count(Block.FREE_TEXT) == 1
    assert blocks[-1] == Block.FREE_TEXT


def test_every_rated_item_uses_the_published_five_step_scale():
    steps = ["Slet ikke", "I mindre grad", "I nogen grad", "I høj grad", "I meget høj grad"]
    for instrument in load_instruments():
        for item in instrument.items:
            if item.scale is not None:
                assert [option.wording.read_in("da") for option in item.scale.options] == steps


def test_citizens_say_who_answers_and_staff_say_their_role():
    who = load_instrument("citizen", 1).by_key["help"]
    assert [option.value for option in who.options] == ["alone", "with_help", "by_other"]
    role = load_instrument("staff", 1).by_key["role"]
    assert {option.value for option in role.options} >= {"peer", "caseworker", "leader", "other"}


def test_the_citizens_questionnaire_reads_easily():
    assert count_instrument(load_instrument("citizen", 1), "da").lix <= 25


@pytest.mark.parametrize("key", ["citizen", "staff", "relative"])
def test_no_shipped_question_negates_or_asks_two_things(key):
    assert review_instrument(load_instrument(key, 1)) == ()


@pytest.mark.parametrize("key", ["citizen", "staff", "relative"])
def test_every_shipped_question_is_asked_directly_and_fits_a_small_screen(key):
    for item in load_instrument(key, 1).items:
        danish = item.wording.read_in("da")
        assert danish.endswith("?")
        assert len(danish) <= 80
        assert item.wording.read_in("en").endswith("?")


def test_a_stand_alone_file_brings_its_own_scale_audience_and_single_language():
    instrument = read_instrument_file(ANXIETY_FILE)
    assert instrument.audience == "respondent"
    assert instrument.framework == ""
    assert list(instrument.measures) == ["state-anxiety"]
    assert instrument.title.by_language == {"en": "State Anxiety Inventory"}
    assert len(instrument.items[0].answer_options) == 4


def test_the_anxiety_inventory_has_twenty_items_ten_of_them_reversed():
    items = read_instrument_file(ANXIETY_FILE).items
    turned = "calm secure at_ease rested comfortable confident relaxed content joyful pleasant"
    assert len(items) == 20
    assert {item.key for item in items if item.reversed} == set(turned.split())


def test_the_documented_example_of_a_file_of_your_own_can_be_read(tmp_path):
    guide = (Path(__file__).parents[2] / "docs" / "questionnaires.md").read_text(encoding="utf-8")
    example = next(part for part in guide.split("```yaml\n") if part.startswith("key: mood"))
    path = tmp_path / "mood.yaml"
    path.write_text(example.split("```")[0], encoding="utf-8")
    assert [item.key for item in read_instrument_file(path).items] == ["calm", "tense"]


def test_reading_the_catalogue_loads_nothing_heavy():
    # A worker that only serves questions stays small.
    program = (
        "import sys; from survey_service.catalogue import load_instruments; load_instruments();"
        "print([name for name in ('numpy', 'scipy', 'pandas', 'flask', 'sqlalchemy', 'reportlab')"
        " if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"
