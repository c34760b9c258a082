"""A YAML file as a tree of nodes that know their line.

Refused, because a questionnaire needs none of it: tags (they can name Python objects), anchors and
aliases (a few lines can unfold to gigabytes), more than one document, deep nesting, large files.
"""

from pathlib import Path
from typing import cast

import yaml
from yaml.error import Mark
from yaml.reader import Reader

from survey_service.catalogue.faults import Fault

MAXIMUM_BYTES = 1_000_000
MAXIMUM_DEPTH = 20

_NULL_TAG = "tag:yaml.org,2002:null"


def compose_file(path: Path, name: str) -> tuple[yaml.Node | None, tuple[Fault, ...]]:
    """Read one YAML file without building anything from it.

    Args:
        path: the file.
        name: what to call it in faults.

    Returns:
        The root node and what is wrong; the node is None where nothing could be read.
    """
    text, faults = _read_text(path, name)
    if faults:
        return None, faults
    loader = _StrictLoader(text, name)
    try:
        root = loader.get_single_node()
    except _TooDeepError as error:
        return None, (error.fault,)
    except yaml.MarkedYAMLError as error:
        return None, (*loader.faults, _describe_syntax(error, text, name))
    finally:
        loader.dispose()
    if root is None:
        return None, (Fault(name, 1, "file", "a questionnaire in YAML", "an empty file"),)
    return root, tuple(loader.faults)


def _read_text(path: Path, name: str) -> tuple[str, tuple[Fault, ...]]:
    """Return the file's text, or the fault that keeps it from being one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return "", (Fault(name, 1, "file", "a readable file", error.strerror or "an error"),)
    if len(content) > MAXIMUM_BYTES:
        found = f"{len(content)} bytes"
        return "", (Fault(name, 1, "file", f"at most {MAXIMUM_BYTES} bytes", found),)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{content[error.start]:02X}"
        return "", (Fault(name, line, "file", "text in UTF-8", found),)
    unprintable = Reader.NON_PRINTABLE.search(text)
    if unprintable:
        line = text.count("\n", 0, unprintable.start()) + 1
        found = f"the control character U+{ord(unprintable.group()):04X}"
        return "", (Fault(name, line, "file", "printable text", found),)
    return text, ()


def _describe_syntax(error: yaml.MarkedYAMLError, text: str, name: str) -> Fault:
    """Return the fault of a file that is not YAML; tabs are named, for they cannot be seen."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else 1
    lines = text.split("\n")
    shown = lines[line - 1] if line <= len(lines) else ""
    if "\t" in shown[: len(shown) - len(shown.lstrip())]:
        return Fault(name, line, "file", "spaces at the start of the line", "a tab")
    return Fault(name, line, "file", "valid YAML", error.problem or "something else")


class _TooDeepError(Exception):
    """Nesting that no questionnaire has, stopped before Python's own limit is."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


class _StrictLoader(yaml.SafeLoader):
    """Composes nodes and notes tags, anchors and aliases, going on as if they were not there."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.name_in_faults = name
        self.faults: list[Fault] = []
        self.depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: yaml.NodeEvent = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "the text itself", f"the alias *{event.anchor}")
            self.get_event()  # type: ignore[no-untyped-call]
            start, end = cast("Mark", event.start_mark), cast("Mark", event.end_mark)
            return yaml.ScalarNode(_NULL_TAG, "", start, end)
        self._clean(event)
        self.depth += 1
        if self.depth > MAXIMUM_DEPTH:
            line = _find_line(event)
            expected = f"at most {MAXIMUM_DEPTH} levels"
            raise _TooDeepError(Fault(self.name_in_faults, line, "file", expected, "more"))
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _clean(self, event: yaml.NodeEvent) -> None:
        """Note and remove what an event may not carry."""
        if event.anchor is not None:
            self._refuse(event, "no anchor", f"&{event.anchor}")
            event.anchor = None
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            return
        if event.tag is not None:
            self._refuse(event, "no tag", f"the tag {_shorten_tag(event.tag)}")
            event.tag = None
            event.implicit = (True, True) if isinstance(event, yaml.ScalarEvent) else True

    def _refuse(self, event: yaml.Event, expected: str, found: str) -> None:
        line = _find_line(event)
        self.faults.append(Fault(self.name_in_faults, line, "file", expected, found))


def _find_line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 1


def _shorten_tag(tag: str) -> str:
    """Return a tag as it is written in the file."""
    return tag.replace("tag:yaml.org,2002:", "!!")
