"""Characters that the embedded type does not have."""

import io

from brief_builder import a_brief
from pypdf import PdfReader

from survey_service.briefs.glyphs import find_lacking, printable
from survey_service.briefs.pdf import write_pdf


def words_on_paper(content):
    reader = PdfReader(io.BytesIO(write_pdf(content)))
    return " ".join(page.extract_text() for page in reader.pages)


def test_a_character_without_a_shape_is_named_and_printed_as_a_question_mark():
    content = a_brief("committee", project_title="第 Fælles mål")
    assert find_lacking(content) == ("第",)
    assert "? Fælles mål" in words_on_paper(content)
    assert "第" not in words_on_paper(content)


def test_danish_and_its_neighbours_lack_nothing():
    content = a_brief("committee", project_title="Ærø, Øland, Ål, Győr, Łódź – »ord« … 50 €")
    assert find_lacking(content) == ()


def test_letters_put_together_of_two_become_one():
    content = a_brief("committee", project_title="A\N{COMBINING RING ABOVE} i Aarhus")
    assert find_lacking(content) == ()
    assert "Å i Aarhus" in words_on_paper(content)


def test_spaces_and_hyphens_of_other_widths_become_the_usual_ones():
    title = "a\N{THIN SPACE}b\N{NON-BREAKING HYPHEN}c\N{SOFT HYPHEN}d"
    content = a_brief("committee", project_title=title)
    assert find_lacking(content) == ()
    assert "a b-cd" in words_on_paper(content)


def test_what_the_type_has_is_left_as_it_is():
    content = a_brief("team")
    assert printable(content) == content
