"""A session that ends while somebody types, in a real browser with the service's own policy."""

import pytest
from demonstration import Demonstration
from person import Person
from service_pages import end_session_while_typing, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.long]


def test_what_was_typed_is_kept_and_sent_after_signing_in_again(
    person: Person, demonstration: Demonstration
) -> None:
    end_session_while_typing(person, demonstration)
    assert person.path == "/arbejdsrum/log-ind"
    assert "Det, du skrev, er gemt" in person.words
    sign_in(person, demonstration)
    assert person.heading == "Fortsæt, hvor du slap"
    person.page.get_by_text("Se, hvad du skrev").click()
    assert "Køkkenet på Ærø" in person.words
    person.press("Fortsæt, hvor du slap")
    assert person.page.url.startswith(person.url)
    person.context.clear_cookies()  # the browser is a shared tablet now
    sign_in(person, demonstration)
    person.page.get_by_role("link", name="Fælles mål – individuelle veje", exact=True).click()
    person.follow("Tablets i afdelingerne")
    assert "Køkkenet på Ærø" in person.words


def test_it_can_be_thrown_away_with_the_keyboard_alone(
    person: Person, demonstration: Demonstration
) -> None:
    end_session_while_typing(person, demonstration)
    sign_in(person, demonstration)
    for _ in range(30):
        person.page.keyboard.press("Tab")
        if person.page.evaluate("document.activeElement.innerText") == "Kassér det":
            break
    person.page.keyboard.press("Enter")
    person.page.wait_for_url("**/arbejdsrum/")
    assert "ikke noget, der venter" in person.open("/arbejdsrum/fortsaet").words
