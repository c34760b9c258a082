"""Counts of an open wave say nothing of an audience so small that they would name who answered."""

from datetime import timedelta

from builders import Installation, instrument_of

from survey_service.accounts.sign_in import Role, add_user
from survey_service.fieldwork.counting import take_counts
from survey_service.fieldwork.recording import GatheredResponse, record_responses
from survey_service.storage import projects
from survey_service.storage.database import writing

EVALUATOR, PASSWORD = "kari@example.org", "fire grønne hatte"
SIGN_IN = "/arbejdsrum/log-ind"
ASKED = {"citizen": 9, "staff": 10}


def project_page(installation: Installation) -> str:
    """Record seven citizens and seven staff in the open wave and read the project's page."""
    gathered = []
    for audience in ASKED:
        item = next(item for item in instrument_of(audience).items if item.scale is not None)
        gathered += [
            GatheredResponse(installation.units["house"], audience, f"p-{number}", {item.key: "3"})
            for number in range(7)
        ]
    wave = installation.waves["baseline"]
    roster = {(installation.units["house"], name): people for name, people in ASKED.items()}
    with installation.context():
        record_responses(installation.keys, wave, gathered, installation.clock.today)
        with writing() as session:
            projects.set_roster(session, wave, roster)
        take_counts(wave, installation.clock.today + timedelta(days=1))
        add_user(EVALUATOR, PASSWORD, Role.EVALUATOR, installation.municipality_id)
    return read(installation)


def read(installation: Installation) -> str:
    visitor = installation.visitor().get(SIGN_IN)
    visitor.submit(SIGN_IN, name=EVALUATOR, password=PASSWORD)
    return visitor.get(f"/arbejdsrum/projekt/{installation.project_id}").text


def test_while_a_wave_is_open_nine_to_ask_are_not_counted_and_ten_are(installation):
    text = project_page(installation)
    assert "Medarbejdere 7" in text
    assert "Borgere 7" not in text


def test_nine_to_ask_are_not_counted_when_the_wave_is_closed_either(installation):
    project_page(installation)
    installation.close_wave()
    text = read(installation)
    assert "Medarbejdere 7" in text
    assert "Borgere 7" not in text
