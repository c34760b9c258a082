"""Every page somebody can come to, and how one comes there."""

from collections.abc import Callable

from demonstration import EVALUATOR, PASSWORD, Demonstration
from person import Person

PROJECT_TITLE = "Fælles mål – individuelle veje"


def _answering(*steps: str) -> Callable[[Person, Demonstration], object]:
    """Come by code, answer two questions, and then open these addresses."""

    def come(person: Person, demonstration: Demonstration) -> None:
        person.begin(demonstration.issue_code()).answer("Jeg svarer selv").answer("Ved ikke")
        for step in steps:
            person.open(step)

    return come


def _resume(path: str) -> Callable[[Person, Demonstration], object]:
    """Come back by the same code."""

    def come(person: Person, demonstration: Demonstration) -> None:
        code = demonstration.issue_code()
        person.begin(code).answer("Jeg svarer selv").follow("Hold pause").enter(code).open(path)

    return come


def _closed_wave(person: Person, demonstration: Demonstration) -> None:
    wave_id = demonstration.open_own_wave()
    person.begin(demonstration.issue_code(wave_id=wave_id))
    demonstration.close_wave(wave_id)
    person.open("/svar/1")


def _thanks(person: Person, demonstration: Demonstration) -> None:
    person.begin(demonstration.issue_code()).send_what_there_is()


def _deleted(person: Person, demonstration: Demonstration) -> None:
    _answering("/stop")(person, demonstration)
    person.press("Slet mine svar")


def _withdrawn(person: Person, demonstration: Demonstration) -> None:
    _thanks(person, demonstration)
    code = person.withdrawal_code
    person.open("/fortryd").page.get_by_label("Din slettekode").fill(code)
    person.press("Slet mine svar")


def _wrong_password(person: Person, _demonstration: Demonstration) -> None:
    person.open("/arbejdsrum/").page.get_by_label("E-mail").fill(EVALUATOR)
    person.press("Log ind")


def sign_in(person: Person, _demonstration: Demonstration) -> None:
    """Sign in as the evaluator."""
    person.open("/arbejdsrum/").page.get_by_label("E-mail").fill(EVALUATOR)
    person.page.get_by_label("Adgangskode").fill(PASSWORD)
    person.press("Log ind")


def _workspace(*links: str) -> Callable[[Person, Demonstration], object]:
    """Sign in and follow links."""

    def come(person: Person, demonstration: Demonstration) -> None:
        sign_in(person, demonstration)
        for link in links:
            person.follow(link)

    return come


PAGES: dict[str, Callable[[Person, Demonstration], object]] = {
    "code": lambda person, _: person.open("/"),
    "code-mistyped": lambda person, _: person.enter("ABCD-EFGH-JKM"),
    "introduction": lambda person, demonstration: person.enter(demonstration.issue_code()),
    "introduction-resumed": _resume("/om"),
    "introduction-open-link": lambda person, found: person.open(found.issue_link()),
    "question": _answering(),
    "question-chosen": _answering("/svar/2"),
    "question-answered-before": _resume("/svar/1"),
    "question-unanswered": lambda person, found: person.begin(found.issue_code()).press("Næste"),
    "review": _answering("/gennemse"),
    "pause": _answering("/pause"),
    "stop": _answering("/stop"),
    "thanks": _thanks,
    "deleted": _deleted,
    "withdraw": lambda person, _: person.open("/fortryd"),
    "withdrawn": _withdrawn,
    "notice": _answering("/saadan-bruger-vi-dine-svar"),
    "notice-for-all": lambda person, _: person.open("/saadan-bruger-vi-dine-svar"),
    "accessibility": lambda person, _: person.open("/was"),
    "closed-wave": _closed_wave,
    "not-found": lambda person, _: person.open("/findes-ikke"),
    "sign-in": lambda person, _: person.open("/arbejdsrum/"),
    "wrong-password": _wrong_password,
    "projects": _workspace(),
    "project": _workspace(PROJECT_TITLE),
    "confirm": _workspace(PROJECT_TITLE, "Luk målingen"),
    "results": _workspace(PROJECT_TITLE, "Se resultater"),
    "results-staff": _workspace(PROJECT_TITLE, "Se resultater", "Medarbejdere"),
}
