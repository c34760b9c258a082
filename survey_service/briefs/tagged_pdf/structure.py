"""The structure tree of a tagged PDF: elements, what they hold, and how they are written down.

Source: ISO 32000-1:2008, 14.7 (logical structure) and 14.8 (tagged PDF); ISO 14289-1 (PDF/UA-1).
"""

from dataclasses import dataclass, field

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFDocument,
    PDFName,
    PDFObjectReference,
    PDFString,
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
        self._references: dict[int, PDFObjectReference] = {}

    def own_annotation(self, element: StructureElement) -> int:
        """Return the key by which an annotation finds its element."""
        self._owners.append(element)
        return len(self._owners) - 1

    def own_page(self, elements: list[StructureElement]) -> int:
        """Return the key by which a page's marked content, by number, finds its elements."""
        self._owners.append(elements)
        return len(self._owners) - 1

    def write_into(self, document: PDFDocument) -> PDFDictionary:
        """Add every element to the document and return the dictionary of the tree's root."""
        root = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        reference = document.Reference(root, "StructTreeRoot")
        root["K"] = self._write_element(self.root, reference, document)
        numbers: list[object] = []
        for key, owner in enumerate(self._owners):
            numbers += [key, self._write_owner(key, owner, document)]
        tree = PDFDictionary({"Nums": PDFArray(numbers)})
        root["ParentTree"] = document.Reference(tree, "ParentTree")
        root["ParentTreeNextKey"] = len(self._owners)
        return root

    def _write_owner(
        self,
        key: int,
        owner: StructureElement | list[StructureElement],
        document: PDFDocument,
    ) -> PDFObjectReference:
        if isinstance(owner, StructureElement):
            return self._references[id(owner)]
        listed = PDFArray([self._references[id(element)] for element in owner])
        return document.Reference(listed, f"StructureParents{key}")

    def _write_element(
        self, element: StructureElement, parent: PDFObjectReference, document: PDFDocument
    ) -> PDFObjectReference:
        written = PDFDictionary(
            {"Type": PDFName("StructElem"), "S": PDFName(element.tag), "P": parent}
        )
        # numbered in reading order, so that the same input gives the same bytes
        name = f"StructureElement{len(self._references)}"
        reference = document.Reference(written, name)
        self._references[id(element)] = reference
        if element.alternative is not None:
            written["Alt"] = PDFString(element.alternative)
        if element.language is not None:
            written["Lang"] = PDFString(element.language)
        attributes = _attributes_of(element)
        if attributes is not None:
            written["A"] = attributes
        page = element.first_page()
        if page is not None:
            written["Pg"] = PDFObjectReference(page)
        written["K"] = PDFArray(
            [
                self._write_element(kid, reference, document)
                if isinstance(kid, StructureElement)
                else _write_content(kid, page)
                for kid in element.kids
            ]
        )
        return reference


def _attributes_of(element: StructureElement) -> PDFDictionary | None:
    if element.scope is not None:
        return PDFDictionary({"O": PDFName("Table"), "Scope": PDFName(element.scope)})
    if element.summary is not None:
        return PDFDictionary({"O": PDFName("Table"), "Summary": PDFString(element.summary)})
    if element.bounds is not None:
        box = PDFArray([round(value, 2) for value in element.bounds])
        return PDFDictionary({"O": PDFName("Layout"), "Placement": PDFName("Block"), "BBox": box})
    if element.tag == "L":
        return PDFDictionary({"O": PDFName("List"), "ListNumbering": PDFName("Disc")})
    return None


def _write_content(kid: MarkedContent | AnnotationReference, page: str | None) -> object:
    if isinstance(kid, AnnotationReference):
        return PDFDictionary(
            {"Type": PDFName("OBJR"), "Obj": kid.reference, "Pg": PDFObjectReference(kid.page)}
        )
    if kid.page == page:
        return kid.number
    return PDFDictionary(
        {"Type": PDFName("MCR"), "Pg": PDFObjectReference(kid.page), "MCID": kid.number}
    )
