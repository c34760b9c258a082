"""A canvas that knows which structure element each thing painted belongs to."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from reportlab import rl_config
from reportlab.pdfbase.pdfdoc import XMP, PDFDictionary, PDFName, PDFString
from reportlab.pdfgen.canvas import Canvas

from survey_service.briefs.tagged_pdf.structure import (
    AnnotationReference,
    MarkedContent,
    StructureElement,
    StructureTree,
)

# what is packed stays bytes: written as letters it would be a quarter larger, for nobody's good
rl_config.useA85 = 0

_METADATA = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a document says about itself; `language` is a tag such as "da-DK"."""

    title: str
    author: str
    subject: str
    language: str
    dated: datetime.date


class TaggedCanvas(Canvas):  # type: ignore[misc]
    """A ReportLab canvas that writes a structure tree. The same calls give the same bytes.

    `furnish` paints what stands on every page once all of them are there: it is given the canvas,
    the page's number and how many pages there are, and paints artifacts only.
    """

    def __init__(
        self,
        filename: Any,
        *,
        facts: DocumentFacts,
        furnish: "Callable[[TaggedCanvas, int, int], None] | None" = None,
        **options: Any,
    ) -> None:
        options |= {"lang": facts.language, "pdfVersion": (1, 7), "invariant": 1}
        super().__init__(filename, **options)
        self.setTitle(facts.title)
        self.setAuthor(facts.author)
        self.setSubject(facts.subject)
        self.setCreator("survey-service")
        self.setViewerPreference("DisplayDocTitle", "true")
        day = facts.dated
        # else every document would claim to be of 1 January 2000, what "invariant" stands for
        self._doc._timeStamp.YMDhms = (day.year, day.month, day.day, 0, 0, 0)  # noqa: SLF001
        self._facts, self._furnish = facts, furnish
        self._tree = StructureTree()
        self._open = [self._tree.root]
        self._page_elements: list[StructureElement] = []
        self._bookmark_count = 0
        self._bookmark_level = 0

    @property
    def current_element(self) -> StructureElement:
        """The innermost open element."""
        return self._open[-1]

    def new_element(self, tag: str, **attributes: Any) -> StructureElement:
        """Return a new element under the innermost open one."""
        return StructureElement(tag, self.current_element, **attributes)

    @contextmanager
    def inside(self, element: StructureElement) -> Iterator[StructureElement]:
        """Open an element, new or met before, for what is painted in the block."""
        self.enter(element)
        yield element
        self.leave()

    def enter(self, element: StructureElement) -> None:
        """Open an element; where a block cannot be used."""
        self._open.append(element)

    def leave(self) -> None:
        """Close the innermost open element."""
        self._open.pop()

    @contextmanager
    def marked(self) -> Iterator[None]:
        """Mark what is painted in the block as content of the innermost open element."""
        self.begin_marked()
        yield
        self.end_marked()

    def begin_marked(self) -> None:
        """Begin content of the innermost open element."""
        element, number = self.current_element, len(self._page_elements)
        self._page_elements.append(element)
        element.kids.append(MarkedContent(self._doc.thisPageName(), number))
        self._code.append(f"/{element.tag} <</MCID {number}>> BDC")

    def end_marked(self) -> None:
        """End marked content or an artifact."""
        self._code.append("EMC")

    @contextmanager
    def artifact(self, kind: str = "Layout") -> Iterator[None]:
        """Mark what is painted in the block as nothing to read: "Layout", "Pagination"."""
        self.begin_artifact(kind)
        yield
        self.end_marked()

    def begin_artifact(self, kind: str = "Layout") -> None:
        """Begin an artifact."""
        self._code.append(f"/Artifact <</Type /{kind}>> BDC")

    def add_bookmark(self, words: str, level: int, top: float) -> None:
        """Add a bookmark that leads to `top` points above the origin; level 1 is the outermost."""
        key = f"heading-{self._bookmark_count}"
        self._bookmark_count += 1
        self.bookmarkHorizontal(key, 0, top)
        # an outline may not skip a level on its way in, even where the headings do
        self._bookmark_level = min(level, self._bookmark_level + 1)
        self.addOutlineEntry(words, key, self._bookmark_level - 1, closed=False)

    def _addAnnotation(  # noqa: N802 - ReportLab's name
        self, annotation: Any, name: str | None = None, addtopage: int = 1
    ) -> None:
        """Tie a link's clickable area to the innermost open Link element."""
        entries = getattr(annotation, "dict", {})
        if entries.get("Subtype") != "/Link":
            super()._addAnnotation(annotation, name, addtopage)
            return
        element = self.current_element
        if element.tag != "Link":
            raise ValueError(f"link: expected inside a Link element, found {element.tag}")
        entries["StructParent"] = self._tree.own_annotation(element)
        entries["F"] = 4  # printed
        entries["Contents"] = PDFString(element.alternative or "")
        super()._addAnnotation(annotation, name, addtopage)
        reference = self._annotationrefs[-1]
        element.kids.append(AnnotationReference(self._doc.thisPageName(), reference))

    def showPage(self) -> None:  # noqa: N802 - ReportLab's name
        """End the page and tell it where its content is found in the tree."""
        elements, self._page_elements = self._page_elements, []
        super().showPage()
        page = self._doc.Pages.pages[-1]
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents, page.Tabs = self._tree.own_page(elements), PDFName("S")

    def save(self) -> None:
        """Write structure and metadata, then the file."""
        if self._code:
            self.showPage()
        if self._furnish is not None:
            self._furnish_pages(self._furnish)
        catalogue = self._doc.Catalog
        catalogue.StructTreeRoot = self._tree.write_into(self._doc)
        catalogue.MarkInfo = PDFDictionary({"Marked": "true"})
        catalogue.Metadata = XMP(creator=lambda _: self._metadata().encode("utf-8"))
        super().save()

    def _furnish_pages(self, furnish: "Callable[[TaggedCanvas, int, int], None]") -> None:
        """Add to each finished page what could not be known before the last one."""
        pages = self._doc.Pages.pages
        for number, page in enumerate(pages, start=1):
            self._code: list[str] = []
            self.init_graphics_state()
            furnish(self, number, len(pages))
            page.stream += "\n".join(self._code) + "\n"
        self._code = []

    def _metadata(self) -> str:
        facts = self._facts
        return _METADATA.format(
            title=escape(facts.title),
            author=escape(facts.author),
            language=quoteattr(facts.language)[1:-1],
        )
