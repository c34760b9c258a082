"""The structure tree of a tagged PDF: elements, what they hold, and how they are written down.

Source: ISO 32000-1:2008, 14.7 (logical structure) and 14.8 (tagged PDF); ISO 14289-1 (PDF/UA-1).
"""

from dataclasses import dataclass, field

from reportlab.pdfbase.pdfdoc import (
    PDFDocument,
    PDFObject,
    PDFObjectReference,
    PDFString,
    pdfdocEnc,
)


@dataclass(frozen=True, slots=True)
class MarkedContent:
    """A stretch of a page's content: the page's object name and the number of the stretch on it."""

    page: str
    number: int


@dataclass(frozen=True, slots=True)
class AnnotationReference:
    """An annotation that belongs to an element, such as the clickable area of a link."""

    page: str
    reference: PDFObjectReference


@dataclass(eq=False, slots=True)
class StructureElement:
    """One element, such as P, H1 or Table, with what it holds in reading order.

    `alternative` stands for what cannot be read, `scope` is a header cell's ("Column", "Row"),
    `bounds` a figure's box on its page in points. `language` is a tag such as "en-GB" where it is
    not the document's.
    """

    tag: str
    parent: "StructureElement | None" = None
    alternative: str | None = None
    scope: str | None = None
    summary: str | None = None
    bounds: tuple[float, float, float, float] | None = None
    language: str | None = None
    kids: list["StructureElement | MarkedContent | AnnotationReference"] = field(
        default_factory=list
    )

    def __post_init__(self) -> None:
        if self.parent is not None:
            self.parent.kids.append(self)

    def first_page(self) -> str | None:
        """Return the object name of the page on which the element begins."""
        for kid in self.kids:
            page = kid.first_page() if isinstance(kid, StructureElement) else kid.page
            if page is not None:
                return page
        return None


class StructureTree:
    """Elements under one Document, and the way back from content to its element."""

    def __init__(self) -> None:
        self.root = StructureElement("Document")
        self._owners: list[StructureElement | list[StructureElement]] = []

    def own_annotation(self, element: StructureElement) -> int:
        """Return the key by which an annotation finds its element."""
        self._owners.append(element)
        return len(self._owners) - 1

    def own_page(self, elements: list[StructureElement]) -> int:
        """Return the key by which a page's marked content, by number, finds its elements."""
        self._owners.append(elements)
        return len(self._owners) - 1

    def write_into(self, document: PDFDocument) -> PDFObjectReference:
        """Add every element to the document and return the reference of the tree's root."""
        writer, root = _Writer(document), _Written()
        reference = document.Reference(root)
        top = writer.write(self.root, writer.number_of(reference))
        numbers = " ".join(
            f"{key} {self._name_owner(owner, writer)}" for key, owner in enumerate(self._owners)
        )
        root.text = (
            f"<</Type/StructTreeRoot/K {top} 0 R/ParentTree {writer.add(f'<</Nums[{numbers}]>>')}"
            f"/ParentTreeNextKey {len(self._owners)}>>"
        )
        return reference

    def _name_owner(
        self, owner: StructureElement | list[StructureElement], writer: "_Writer"
    ) -> str:
        if isinstance(owner, StructureElement):
            return writer.refer_to(owner)
        return writer.add(f"[{' '.join(map(writer.refer_to, owner))}]")


class _Written(PDFObject):  # type: ignore[misc]
    """An object as it stands in the file.

    A brief has a thousand elements: as dictionaries of ReportLab's they would take longer to write
    than everything that is painted.
    """

    def __init__(self, text: str = "") -> None:
        self.text = text

    def format(self, _document: PDFDocument) -> bytes:
        """Return the object for the file."""
        return self.text.encode("latin-1")


class _Writer:
    """Writes elements, numbered in reading order, so that the same input gives the same bytes."""

    def __init__(self, document: PDFDocument) -> None:
        self.document = document
        self._numbers: dict[int, int] = {}

    def number_of(self, reference: PDFObjectReference) -> int:
        """Return the number of an object that the document knows."""
        return int(self.document.idToObjectNumberAndVersion[reference.name][0])

    def refer_to(self, element: StructureElement) -> str:
        """Return how a written element is referred to."""
        return f"{self._numbers[id(element)]} 0 R"

    def add(self, text: str) -> str:
        """Add an object to the document and return how it is referred to."""
        return f"{self.number_of(self.document.Reference(_Written(text)))} 0 R"

    def write(self, element: StructureElement, parent: int) -> int:
        """Add an element and all below it; return its number."""
        written = _Written()
        number = self._numbers[id(element)] = self.number_of(self.document.Reference(written))
        page = element.first_page()
        kids = " ".join(
            f"{self.write(kid, number)} 0 R"
            if isinstance(kid, StructureElement)
            else self._spell_content(kid, page)
            for kid in element.kids
        )
        place = f"/Pg {self._refer_by_name(page)}" if page is not None else ""
        written.text = (
            f"<</Type/StructElem/S/{element.tag}/P {parent} 0 R{place}"
            f"{self._spell_attributes(element)}/K[{kids}]>>"
        )
        return number

    def _spell_attributes(self, element: StructureElement) -> str:
        spelt = ""
        if element.alternative is not None:
            spelt += f"/Alt{self._spell(element.alternative)}"
        if element.language is not None:
            spelt += f"/Lang{self._spell(element.language)}"
        if element.scope is not None:
            spelt += f"/A<</O/Table/Scope/{element.scope}>>"
        elif element.summary is not None:
            spelt += f"/A<</O/Table/Summary{self._spell(element.summary)}>>"
        elif element.bounds is not None:
            box = " ".join(f"{value:.2f}" for value in element.bounds)
            spelt += f"/A<</O/Layout/Placement/Block/BBox[{box}]>>"
        elif element.tag == "L":
            spelt += "/A<</O/List/ListNumbering/Disc>>"
        return spelt

    def _spell(self, words: str) -> str:
        spelt: bytes = pdfdocEnc(PDFString(words).format(self.document))
        return spelt.decode("latin-1")

    def _spell_content(self, kid: MarkedContent | AnnotationReference, page: str | None) -> str:
        if isinstance(kid, AnnotationReference):
            area = self.number_of(kid.reference)
            return f"<</Type/OBJR/Obj {area} 0 R/Pg {self._refer_by_name(kid.page)}>>"
        if kid.page == page:
            return str(kid.number)
        return f"<</Type/MCR/Pg {self._refer_by_name(kid.page)}/MCID {kid.number}>>"

    def _refer_by_name(self, name: str) -> str:
        return f"{self.number_of(PDFObjectReference(name))} 0 R"
