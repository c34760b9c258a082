"""Every page somebody can come to, and how one comes there."""

from collections.abc import Callable

from account_pages import ACCOUNT_PAGES, sign_in_as_administrator
from demonstration import EVALUATOR, PASSWORD, Demonstration
from person import Person

PROJECT_TITLE = "Fælles mål – individuelle veje"


Way = Callable[[Person, Demonstration], object]


def _nothing(_person: Person, _demonstration: Demonstration) -> None:
    """Start with a browser that knows nothing."""


def _answer_two(person: Person, demonstration: Demonstration) -> None:
    """Come by code and answer two questions."""
    person.begin(demonstration.issue_code()).answer("Jeg svarer selv").answer("Ved ikke")


def _open(path: str) -> Way:
    """Open an address."""
    return lambda person, _: person.open(path)


def _resume(path: str) -> Way:
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


def _practise(query: str) -> Way:
    """Come by code and practise first."""

    def come(person: Person, demonstration: Demonstration) -> None:
        person.enter(demonstration.issue_code()).open(f"/proev{query}")

    return come


def _write(person: Person, demonstration: Demonstration) -> None:
    """Come to a question that is answered in words."""
    wave_id = demonstration.open_own_wave(offers_free_text=True)
    person.enter(demonstration.issue_code(wave_id=wave_id)).open("/gennemse")
    with person.page.expect_navigation():
        person.page.locator("ol li a").last.click()


def _write_too_much(person: Person, demonstration: Demonstration) -> None:
    _write(person, demonstration)
    person.page.locator("textarea").fill("ord " * 6000)
    person.press("Næste")


def _set_display(person: Person, _demonstration: Demonstration) -> None:
    person.open("/svar/3").page.locator(".display > summary").click()


def _thanks(person: Person, demonstration: Demonstration) -> None:
    person.begin(demonstration.issue_code()).send_what_there_is()


def _deleted(person: Person, demonstration: Demonstration) -> None:
    _answer_two(person, demonstration)
    person.follow("Stop nu").press("Slet mine svar")


def _withdrawn(person: Person, demonstration: Demonstration) -> None:
    _thanks(person, demonstration)
    code = person.withdrawal_code
    person.open("/fortryd").page.get_by_label("Din slettekode").fill(code)
    person.press("Slet mine svar")


def _own_data(person: Person, demonstration: Demonstration) -> None:
    _thanks(person, demonstration)
    code = person.withdrawal_code
    person.open("/mine-svar").page.get_by_label("Din slettekode").fill(code)
    person.press("Vis mine svar")


def _wrong_password(person: Person, _demonstration: Demonstration) -> None:
    person.open("/arbejdsrum/").page.get_by_label("E-mail").fill(EVALUATOR)
    person.press("Log ind")


def sign_in(person: Person, _demonstration: Demonstration) -> None:
    """Sign in as the evaluator."""
    person.open("/arbejdsrum/").page.get_by_label("E-mail").fill(EVALUATOR)
    person.page.get_by_label("Adgangskode").fill(PASSWORD)
    person.press("Log ind")


def _follow(*links: str) -> Way:
    """Follow links from the list of projects."""

    def come(person: Person, _demonstration: Demonstration) -> None:
        person.open("/arbejdsrum/")
        for link in links:
            person.follow(link)

    return come


def _result_section(name: str) -> Way:
    return _follow(PROJECT_TITLE, "Se resultater", name)


def pair_tablet(person: Person, demonstration: Demonstration) -> None:
    """Sign in on a tablet and pair it with a unit."""
    sign_in(person, demonstration)
    person.follow(PROJECT_TITLE).follow("Tablets i afdelingerne")
    person.page.get_by_label("Afdeling").select_option("Psykiatriens Hus")
    person.page.get_by_label("Hvad skal tabletten hedde?").fill("Opholdsstuen")
    person.press("Gør denne tablet til kiosk")


def end_session_while_typing(person: Person, demonstration: Demonstration) -> None:
    """Fill in a form, sign out in another tab, and send the form then."""
    sign_in(person, demonstration)
    person.follow(PROJECT_TITLE).follow("Tablets i afdelingerne")
    person.page.get_by_label("Hvad skal tabletten hedde?").fill("Køkkenet på Ærø")
    other = person.context.new_page()
    other.goto("/arbejdsrum/")
    other.get_by_role("button", name="Log ud").click()
    other.wait_for_url("**/log-ind")
    other.close()
    person.press("Gør denne tablet til kiosk")


def _go_on_after_session(person: Person, demonstration: Demonstration) -> None:
    person.context.clear_cookies()
    end_session_while_typing(person, demonstration)
    sign_in(person, demonstration)


def _open_pause_code(person: Person, demonstration: Demonstration) -> None:
    person.open(demonstration.issue_link()).open("/svar/1").answer_first_option()
    person.follow("Hold pause").press("Få en pausekode")


def _send_on_tablet(person: Person, _demonstration: Demonstration) -> None:
    person.open("/tablet").press("Jeg er medarbejder").follow("Begynd").send_what_there_is()


def _begin_again(person: Person, _demonstration: Demonstration) -> None:
    person.open("/tablet").press("Jeg er medarbejder")


def _still_there(person: Person, _demonstration: Demonstration) -> None:
    person.open("/tablet").press("Jeg er pårørende").open("/tablet/er-du-der")


def _set_up(page: str = "", press: str = "") -> Way:
    """Look at a page of the project's set-up, and press a button there if that is wished."""

    def come(person: Person, demonstration: Demonstration) -> None:
        person.open(f"/arbejdsrum/projekt/{demonstration.project_id}/opsaetning/{page}".rstrip("/"))
        if press:
            person.press(press)

    return come


def _follow_field(query: str) -> Way:
    """Look at how far a wave is, with its numbers unfolded."""

    def come(person: Person, demonstration: Demonstration) -> None:
        person.open(f"/arbejdsrum/projekt/{demonstration.project_id}/foelg{query}")
        for summary in person.page.locator("main summary").all():
            summary.click()

    return come


def _open_figure(person: Person, demonstration: Demonstration) -> None:
    """Look at one figure by its address."""
    results = f"/arbejdsrum/projekt/{demonstration.project_id}/resultater"
    person.open(f"{results}/figur/afdelinger-overblik?audience=staff")


def _open_briefs(rest: str = "", press: str = "") -> Way:
    """Look at the briefs of the first release, and press a button there if that is wished."""

    def come(person: Person, demonstration: Demonstration) -> None:
        project = f"/arbejdsrum/projekt/{demonstration.project_id}"
        person.open(f"{project}/udgivelser/1/breve{rest}")
        if press:
            person.page.get_by_label("Indledning").fill("Vi har læst jeres svar. " * 30)
            person.press(press)

    return come


def _invite(*steps: str) -> Way:
    """Go to the invitations of the open wave, and on from there."""
    return _follow(PROJECT_TITLE, "Invitationer", *steps)


def _paste_list(*lines: str, confirm: bool = False) -> Way:
    """Paste a list of people and have it checked; invite them if that is wished."""

    def come(person: Person, demonstration: Demonstration) -> None:
        _invite("Inviter fra en liste")(person, demonstration)
        header = "reference;afdeling;målgruppe;navn;e-mail"
        person.page.get_by_label("Listen").fill("\n".join((header, *lines)))
        person.press("Se listen efter")
        if confirm:
            person.press("Inviter")

    return come


EARLIER_WAVE = (
    "nr;afdeling;målgruppe;hopes_asked;hopes_goals;hopes_given\r\n"
    "b-1;Botilbud;Borger;I høj grad;4;3\r\nb-1;Botilbud;Borger;4;4;3\r\n"
    "b-2;Kantinen;Borger;måske;4;3\r\nb-3;Psykiatriens Hus;Borger;5;4;3\r\n"
)


def _bring_in(*presses: str) -> Way:
    """Upload an earlier wave's file, say which wave it is, and go on from there."""

    def come(person: Person, demonstration: Demonstration) -> None:
        _follow(PROJECT_TITLE, "Tidligere målinger")(person, demonstration)
        file = {"name": "x.csv", "mimeType": "text/csv", "buffer": EARLIER_WAVE.encode("cp1252")}
        person.page.get_by_label("Fil", exact=True).set_input_files(file)  # type: ignore[arg-type]
        person.press("Hent filen ind")
        person.page.get_by_label("Målingens navn på dansk").fill("Baseline 2020")
        person.page.get_by_label("Første dag").fill("2020-09-01")
        person.page.get_by_label("Sidste dag").fill("2020-09-30")
        person.page.get_by_label("Ordlyd", exact=True).select_option("recovery-2020")
        for press in presses:
            person.press(press)

    return come


BEGINNINGS: dict[str, Way] = {
    "stranger": _nothing,
    "answering": _answer_two,
    "evaluator": sign_in,
    "administrator": sign_in_as_administrator,
    "tablet": pair_tablet,
}
"""What the people of `PAGES` have done before, once for all their pages."""

PAGES: dict[str, tuple[str, Way]] = {
    "code": ("stranger", _open("/")),
    "code-mistyped": ("stranger", lambda person, _: person.enter("ABCD-EFGH-JKM")),
    "introduction": ("stranger", lambda person, found: person.enter(found.issue_code())),
    "introduction-resumed": ("stranger", _resume("/om")),
    "introduction-open-link": ("stranger", lambda person, found: person.open(found.issue_link())),
    "practice": ("stranger", _practise("")),
    "practice-chosen": ("stranger", _practise("?svar=1&valg=4")),
    "practice-unanswered": ("stranger", _practise("?svar=1")),
    "question-text": ("stranger", _write),
    "question-text-too-long": ("stranger", _write_too_much),
    "display": ("answering", _set_display),
    "question": ("answering", _open("/svar/3")),
    "question-chosen": ("answering", _open("/svar/2")),
    "question-unanswered": ("answering", lambda person, _: person.open("/svar/4").press("Næste")),
    "question-answered-before": ("stranger", _resume("/svar/1")),
    "review": ("answering", _open("/gennemse")),
    "stop": ("answering", _open("/stop")),
    "notice": ("answering", _open("/saadan-bruger-vi-dine-svar")),
    "pause": ("answering", _open("/pause")),
    "pause-code": ("stranger", _open_pause_code),
    "thanks": ("stranger", _thanks),
    "deleted": ("stranger", _deleted),
    "withdraw": ("stranger", _open("/fortryd")),
    "withdrawn": ("stranger", _withdrawn),
    "own-data-code": ("stranger", _open("/mine-svar")),
    "own-data": ("stranger", _own_data),
    "notice-for-all": ("stranger", _open("/saadan-bruger-vi-dine-svar")),
    "cookies": ("stranger", _open("/cookies")),
    "accessibility": ("stranger", _open("/was")),
    "closed-wave": ("stranger", _closed_wave),
    "not-found": ("stranger", _open("/findes-ikke")),
    "sign-in": ("stranger", _open("/arbejdsrum/")),
    "wrong-password": ("stranger", _wrong_password),
    "session-ended": ("stranger", end_session_while_typing),
    "kept-form": ("evaluator", _go_on_after_session),
    "kept-form-none": ("evaluator", _open("/arbejdsrum/fortsaet")),
    **ACCOUNT_PAGES,
    "projects": ("evaluator", _follow()),
    "project": ("evaluator", _follow(PROJECT_TITLE)),
    "confirm": ("evaluator", _follow(PROJECT_TITLE, "Luk målingen")),
    "new-project": ("evaluator", _open("/arbejdsrum/projekt/nyt")),
    "setup-steps": ("evaluator", _set_up()),
    "setup-basics": ("evaluator", _set_up("projekt")),
    "setup-units": ("evaluator", _set_up("afdelinger")),
    "setup-unit-list": ("evaluator", _set_up("afdelinger/liste")),
    "setup-unit-list-empty": ("evaluator", _set_up("afdelinger/liste", "Se, hvad der vil ske")),
    "setup-waves": ("evaluator", _set_up("maalinger")),
    "setup-instruments": ("evaluator", _set_up("spoergeskemaer")),
    "setup-instrument": ("evaluator", _set_up("spoergeskemaer/citizen/1")),
    "setup-rosters": ("evaluator", _set_up("population")),
    "setup-roster": ("evaluator", _follow(PROJECT_TITLE, "Opsætning", "Population", "Slut")),
    "setup-comparison": ("evaluator", _set_up("sammenligning")),
    "setup-notices": ("evaluator", _set_up("oplysning")),
    "setup-notice": ("evaluator", _set_up("oplysning/citizen")),
    "setup-contacts": ("evaluator", _set_up("kontakter")),
    "setup-overview": ("evaluator", _set_up("oversigt")),
    "follow": ("evaluator", _follow_field("")),
    "follow-large": ("evaluator", _follow_field("?visning=stor")),
    "follow-closed": ("evaluator", _follow_field("?maaling=baseline")),
    "own-words": ("evaluator", _follow(PROJECT_TITLE, "Egne ord")),
    "tablets": ("evaluator", _follow(PROJECT_TITLE, "Tablets i afdelingerne")),
    "tablet": ("tablet", _open("/tablet")),
    "tablet-goodbye": ("tablet", _send_on_tablet),
    "tablet-again": ("tablet", _begin_again),
    "tablet-still-there": ("tablet", _still_there),
    "tablet-unpaired": ("stranger", _open("/tablet")),
    "results": ("evaluator", _follow(PROJECT_TITLE, "Se resultater")),
    "results-staff": ("evaluator", _follow(PROJECT_TITLE, "Se resultater", "Medarbejdere")),
    "results-units": ("evaluator", _result_section("Afdelinger")),
    "results-figure": ("evaluator", _open_figure),
    "results-values": ("evaluator", _result_section("Recoveryværdier")),
    "results-gaps": ("evaluator", _result_section("Målgrupper side om side")),
    "results-items": ("evaluator", _result_section("Spørgsmål")),
    "results-respondents": ("evaluator", _result_section("Hvem svarede")),
    "results-reliability": ("evaluator", _result_section("Pålidelighed")),
    "results-wording": ("evaluator", _result_section("Ordlyd")),
    "results-method": ("evaluator", _result_section("Metode")),
    "briefs": ("evaluator", _open_briefs()),
    "brief": ("evaluator", _open_briefs("/udvalg/da")),
    "brief-words": ("evaluator", _open_briefs("/deltagere/da/ord")),
    "brief-words-refused": ("evaluator", _open_briefs("/udvalg/da/ord", "Gem som ny tekst")),
    "brief-words-seen": ("evaluator", _open_briefs("/ledelse/da/ord", "Se brevet uden at gemme")),
    "earlier-waves": ("evaluator", _follow(PROJECT_TITLE, "Tidligere målinger")),
    "import-wave": ("evaluator", _bring_in()),
    "import-columns": ("evaluator", _bring_in("Gem og fortsæt")),
    "import-values": ("evaluator", _bring_in("Gem og fortsæt", "Gem og fortsæt")),
    "import-trial": (
        "evaluator",
        _bring_in("Gem og fortsæt", "Gem og fortsæt", "Gem og se en prøve"),
    ),
    "invitations": ("evaluator", _invite()),
    "invite-list": ("evaluator", _invite("Inviter fra en liste")),
    "invite-list-refused": ("evaluator", _paste_list("x;Havnen;naboer;;a@b")),
    "invite-confirm": ("evaluator", _paste_list("x1;psykiatriens-hus;borger;Anna;a@example.org")),
    "invite-batch": (
        "evaluator",
        _paste_list("x2;psykiatriens-hus;borger;Bo;b@example.org", confirm=True),
    ),
    "invite-codes": ("evaluator", _invite("Lav koder til uddeling")),
    "open-links": ("evaluator", _invite("Åbne links")),
    "invitation-text": ("evaluator", _invite("Invitation på dansk")),
    "letter": ("stranger", _open("/k")),
}
"""Each page: who comes to it, and how. The one who answers takes a break on the last of theirs."""
