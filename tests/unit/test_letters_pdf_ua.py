"""Letters hold to PDF/UA-1, told by two programs that are not ours."""

import pytest
from letter_builder import a_letter, a_slip, letter_facts
from pdf_ua.checkers import VeraPdf, check_aloud, has_java

from survey_service.briefs.letters import (
    write_letters,
    write_poster,
    write_reminder_letters,
    write_slips,
)

pytestmark = pytest.mark.skipif(not has_java(), reason="needs java and javac")


def test_every_kind_of_paper_holds_to_pdf_ua(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, facts = tmp_path_factory.mktemp("letters"), letter_facts()
    written = {
        "letters": write_letters([a_letter(), a_letter("en")], facts),
        "reminders": write_reminder_letters([a_letter(with_code=False)], facts),
        "slips": write_slips([a_slip(), a_slip("en")] * 5, facts),
        "poster": write_poster("https://svar.randers.example/aaben/abc", facts, "en"),
    }
    files = []
    for name, content in written.items():
        files.append(folder / f"{name}.pdf")
        files[-1].write_bytes(content)
    _, broken = VeraPdf.compile(folder).check(files)
    assert {path.stem: rules for path, rules in broken.items()} == {name: [] for name in written}
    aloud = check_aloud(files, folder / "aloud.json")
    found = {rule for rules in aloud.values() for rule in rules}
    # A mail address that is no link: letters are for paper.
    assert found <= {"LNK-010: warning"}
