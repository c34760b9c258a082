"""Letters and slips of made-up people, for the tests of how they are written."""

import datetime

from survey_service.briefs.letters import Letter, LetterContact, LetterFacts, Slip
from survey_service.texts import Wording

TOKEN = "Ab-_" * 13
LINK = f"https://svar.randers.example/k#{TOKEN}"
CODE = "ABCD-EFGH-JK7"


def letter_facts(contact_count: int = 2) -> LetterFacts:
    contacts = [
        LetterContact(Wording({"da": "Livslinien", "en": "Livslinien (suicide helpline)"}),
                      "70 201 201", Wording({"da": "Åbent hele døgnet.", "en": "Day and night."})),
        LetterContact(Wording({"da": "Alarm 112", "en": "Emergency 112"}), "112",
                      Wording({"da": "", "en": ""})),
    ]  # fmt: skip
    return LetterFacts(
        municipality="Randers Kommune",
        service_name=Wording({"da": "Din mening om støtten", "en": "Your view of support"}),
        address="https://svar.randers.example",
        answers_until=datetime.date(2026, 4, 1),
        dated=datetime.date(2026, 3, 4),
        minimum=5,
        controller="Randers Kommune",
        controller_contact="dpo@randers.example",
        contacts=contacts[:contact_count],
    )


def a_slip(language: str = "da", audience: str = "citizen", unit: str = "Psykiatriens Hus") -> Slip:
    return Slip(unit, audience, language, CODE, LINK)


def a_letter(language: str = "da", name: str = "Åse Æblegård", *, with_code: bool = True) -> Letter:
    address = ("Eksempelvej 1", "8900 Randers C")
    slip = a_slip(language) if with_code else None
    return Letter(name, address, language, "citizen", slip)
