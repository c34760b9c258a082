"""What a screen reader meets: the structure tree, read back from the finished document."""

import datetime
import io
import re
from functools import partial

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, TableStyle

from survey_service.briefs.tagged_pdf import (
    DocumentFacts,
    Heading,
    LinkParagraph,
    ListGroup,
    ListItem,
    SideBySide,
    TableCaption,
    TableTags,
    TaggedCanvas,
    TaggedFigure,
    TaggedParagraph,
    TaggedText,
    tagged_table,
)
from survey_service.briefs.tagged_pdf.boxes import TintedBox
from survey_service.charts import style

FACTS = DocumentFacts("Titel & <mere>", "Kommune", "Emne", "da-DK", datetime.date(2026, 11, 22))
style.register_fonts()
LOOK = ParagraphStyle(
    "look", fontName=style.REGULAR, bulletFontName=style.REGULAR, leftIndent=12, leading=14
)
TABLE_LOOK = TableStyle([("FONTNAME", (0, 0), (-1, -1), style.REGULAR)])


def build(*story, height=700):
    target = io.BytesIO()
    document = BaseDocTemplate(
        target, pagesize=(300, height), initialFontName=style.REGULAR, title=FACTS.title
    )
    frame = Frame(20, 20, 260, height - 40, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame]))
    document.build(list(story), canvasmaker=partial(TaggedCanvas, facts=FACTS))
    return PdfReader(io.BytesIO(target.getvalue()))


def tree_of(reader):
    return reader.trailer["/Root"]["/StructTreeRoot"]["/K"].get_object()


def elements_in(element):
    for kid in element["/K"]:
        found = kid.get_object()
        if isinstance(found, DictionaryObject) and "/S" in found:
            yield found


def outline_of(element):
    """Return nested tags: "Table(Caption TR(TH TH))"."""
    kids = " ".join(outline_of(kid) for kid in elements_in(element))
    return element["/S"][1:] + (f"({kids})" if kids else "")


def find_all(element, tag):
    for kid in elements_in(element):
        if kid["/S"] == f"/{tag}":
            yield kid
        yield from find_all(kid, tag)


def outline(*story, **of):
    return outline_of(tree_of(build(*story, **of)))


def a_table(row_count=2, **of):
    tags = TableTags(1, 1, of.get("summary"))
    rows = [["Navn", "Tal"], *([f"række {number}", str(number)] for number in range(row_count))]
    return TableCaption("Overskrift", LOOK, tags), tagged_table(rows, tags, TABLE_LOOK, [80, 40])


def a_figure(caption=None):
    drawing = Drawing(100, 40)
    drawing.add(Rect(0, 0, 100, 40))
    return TaggedFigure(drawing, "Et billede", caption)


def test_headings_paragraphs_and_order_are_told():
    story = Heading("En", LOOK, 1), TaggedParagraph("to", LOOK), Heading("Tre", LOOK, 2)
    assert outline(*story) == "Document(H1 P H2)"


def test_a_list_has_items_with_label_and_body():
    group = ListGroup()
    story = ListItem("en", LOOK, group), ListItem("to", LOOK, group)
    assert outline(*story) == "Document(L(LI(Lbl LBody) LI(Lbl LBody)))"


def test_two_lists_are_not_run_together():
    story = ListItem("en", LOOK, ListGroup()), ListItem("to", LOOK, ListGroup())
    assert outline(*story).count("L(LI") == 2


def test_a_table_has_caption_rows_and_header_cells_with_scope():
    tree = tree_of(build(*a_table(1)))
    assert outline_of(tree) == "Document(Table(Caption TR(TH TH) TR(TH TD)))"
    assert [cell["/A"]["/Scope"] for cell in find_all(tree, "TH")] == ["/Column", "/Column", "/Row"]


def test_a_table_over_two_pages_is_one_table_whose_header_is_read_once():
    reader = build(*a_table(30), height=300)
    assert len(reader.pages) > 1
    told = outline_of(tree_of(reader))
    assert told.count("Table") == 1
    assert told.count("TR(TH TH)") == 1
    assert told.count("TR(TH TD)") == 30


def test_a_paragraph_over_two_pages_is_one_element():
    reader = build(TaggedParagraph("ord " * 400, LOOK), height=200)
    assert len(reader.pages) > 1
    assert outline_of(tree_of(reader)) == "Document(P)"


def test_a_figure_has_alternative_text_a_box_and_its_caption():
    figure = next(find_all(tree_of(build(a_figure(TaggedText("Under", LOOK)))), "Figure"))
    assert figure["/Alt"] == "Et billede"
    left, bottom, right, top = (float(value) for value in figure["/A"]["/BBox"])
    assert (right - left, top - bottom) == (100, 40)
    assert outline_of(figure) == "Figure(Caption)"


def test_a_link_is_tied_to_its_area_and_says_where_it_leads():
    reader = build(LinkParagraph("Læs mere", "https://example.org/", "Læs mere om det", LOOK))
    assert outline_of(tree_of(reader)) == "Document(P(Link))"
    link = next(find_all(tree_of(reader), "Link"))
    area = next(kid["/Obj"] for kid in link["/K"] if isinstance(kid, DictionaryObject))
    assert area["/Contents"] == "Læs mere om det"
    numbers = reader.trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    owners = dict(zip(numbers[::2], numbers[1::2], strict=True))
    assert owners[area["/StructParent"]].get_object() == link


def test_a_link_outside_a_link_element_is_refused():
    with pytest.raises(ValueError, match="expected inside a Link element, found P"):
        build(TaggedParagraph('<a href="https://example.org/">her</a>', LOOK))


def test_columns_are_read_from_left_to_right():
    left = [Heading("A", LOOK, 2), TaggedParagraph("a", LOOK)]
    right = [Heading("B", LOOK, 2), a_figure()]
    assert outline(SideBySide([left, right], 10)) == "Document(H2 P H2 Figure)"


def test_last_flowables_of_columns_can_begin_at_the_same_height():
    left = [TaggedParagraph("ord " * 60, LOOK), a_figure()]
    right = [TaggedParagraph("ord", LOOK), a_figure()]
    tree = tree_of(build(SideBySide([left, right], 10, level_last=True)))
    tops = [float(figure["/A"]["/BBox"][3]) for figure in find_all(tree, "Figure")]
    assert tops[0] == tops[1]


def test_a_tint_is_not_read():
    reader = build(TintedBox([TaggedParagraph("ord", LOOK)]))
    assert outline_of(tree_of(reader)) == "Document(P)"
    assert b"/Artifact <</Type /Layout>> BDC" in reader.pages[0].get_contents().get_data()


@pytest.mark.parametrize("text", ["et to tre fire fem seks " * 6, "<b>et</b> to tre fire " * 9])
def test_words_at_a_soft_line_end_are_kept_apart(text):
    reader = build(TaggedParagraph(text, LOOK))
    shown = re.findall(rb"\((.*?)\) Tj", reader.pages[0].get_contents().get_data())
    assert len(shown) > 2
    assert b"".join(shown).decode().split() == re.sub("<.*?>", "", text).split()


def test_everything_painted_is_marked_content_or_an_artifact():
    content = build(Heading("En", LOOK, 1), *a_table(2), a_figure(TaggedText("Under", LOOK))).pages[
        0
    ]
    depth = 0
    for operands, operator in content.get_contents().operations:
        depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(operator, 0)
        if operator in {b"Tj", b"TJ", b"S", b"f", b"B", b"f*", b"B*", b"Do"}:
            assert depth > 0, operands
    assert depth == 0


def test_numbers_of_marked_content_lead_back_to_their_element():
    reader = build(Heading("En", LOOK, 1), TaggedParagraph("to", LOOK))
    root = reader.trailer["/Root"]["/StructTreeRoot"]
    owners = dict(
        zip(root["/ParentTree"]["/Nums"][::2], root["/ParentTree"]["/Nums"][1::2], strict=True)
    )
    of_page = owners[reader.pages[0]["/StructParents"]].get_object()
    assert [element.get_object()["/S"] for element in of_page] == ["/H1", "/P"]


def test_title_and_metadata_are_escaped():
    metadata = build(TaggedParagraph("ord", LOOK)).trailer["/Root"]["/Metadata"].get_data()
    assert b"Titel &amp; &lt;mere&gt;" in metadata


def test_a_plain_paragraph_is_a_flowable_too():
    assert issubclass(TaggedParagraph, Paragraph)
