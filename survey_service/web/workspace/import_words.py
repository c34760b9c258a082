"""What an import's pages call things: columns' targets, words' meanings, faults and the outlook."""

from collections.abc import Sequence
from itertools import islice

from flask import g

from survey_service.exchange.wave_files import WaveTable
from survey_service.fieldwork.column_mapping import ImportFrame, PrincipleLink
from survey_service.fieldwork.import_choices import FileKind, Target
from survey_service.fieldwork.importing import Trial
from survey_service.fieldwork.rehearsing import Rehearsal
from survey_service.measurement.principles import Relation
from survey_service.web.language import has_text, translate
from survey_service.web.workspace.forms import fault_text
from survey_service.web.workspace.frame import WITHHELD, audience_name

MOST_EXAMPLES = 6
MOST_DIFFERENT = 30
"""With more different words a column may hold references: then only their number is shown."""

LONGEST_EXAMPLE = 40

Options = list[tuple[str, str]]


def recognised_text(recognised: str) -> str:
    """Return how a file is written, in the reader's language."""
    parts = recognised.split(", ")
    keys = [f"workspace.imports.written_{part.lower().replace('-', '_')}" for part in parts]
    return ", ".join(
        translate(key) if has_text(key) else part for key, part in zip(keys, parts, strict=True)
    )


def example_text(table: WaveTable, column: str) -> str:
    """Return some of a column's words; of many different ones only how many there are."""
    words = list(islice(dict.fromkeys(w.strip() for w in table.values_of(column) if w.strip()),
                        MOST_DIFFERENT + 1))  # fmt: skip
    if not words:
        return translate("workspace.imports.column_empty")
    if len(words) > MOST_DIFFERENT:
        return translate("workspace.imports.column_many", count=MOST_DIFFERENT)
    shown = [word[:LONGEST_EXAMPLE] for word in words[:MOST_EXAMPLES]]
    return ", ".join(shown) + (" …" if len(words) > MOST_EXAMPLES else "")


def target_groups(
    frame: ImportFrame, kind: FileKind, targets: Sequence[str]
) -> list[tuple[str, Options]]:
    """Return what a column can stand for, in groups for a list to choose from."""
    groups: dict[str, Options] = {translate("workspace.imports.group_line"): []}
    links = {link.key: link for link in frame.links}
    for target in targets:
        if ":" not in target:
            group = translate("workspace.imports.group_line")
            label = translate(f"workspace.imports.target_{target or 'nothing'}")
        elif target.startswith(Target.ITEM):
            item = frame.items[target.removeprefix(Target.ITEM)]
            link = links.get(item.measure or "")
            group = _measure_name(link, item.measure)
            label = item.wording.read_in(g.language)
        else:
            group = translate(f"workspace.imports.group_{target.partition(':')[0]}")
            label = _link_label(links[target.partition(":")[2]])
        groups.setdefault(group, []).append((target, label))
    if kind is FileKind.RESPONSES:
        # The other questionnaire's choice stands last: it is the one that keeps least.
        older = translate("workspace.imports.group_older")
        groups[older] = groups.pop(older)
    return list(groups.items())


def place_heading(frame: ImportFrame, place: str) -> str:
    """Return what the words of one place are about."""
    kind, _, key = place.partition(":")
    if kind == "item":
        return frame.items[key].wording.read_in(g.language)
    return translate(f"workspace.imports.place_{kind}")


def option_label(frame: ImportFrame, place: str, value: str) -> str:
    """Return what a word can stand for, as it is called in the list."""
    kind, _, key = place.partition(":")
    if kind == "unit":
        return frame.units[value].name
    if kind == "audience":
        return audience_name(value)
    if kind == "principle":
        return next(_link_label(link) for link in frame.links if link.key == value)
    named = f"workspace.imports.value_{value}"
    if has_text(named):
        return translate(named)
    if kind == "older":
        return value
    options = (
        frame.items[key].answer_options
        if kind == "item"
        else next(
            item.answer_options
            for item in frame.items.values()
            if item.scale is not None and item.scale.key == key
        )
    )
    wording = {option.value: option.wording.read_in(g.language) for option in options}[value]
    return f"{value} – {wording}" if value.isdigit() else wording


def relation_rows(frame: ImportFrame) -> list[dict[str, str]]:
    """Return the crosswalk principle by principle: now, then, how they relate, and why."""
    return [
        {
            "now": link.wording.read_in(g.language),
            "then": link.older.read_in(g.language) if link.older is not None else WITHHELD,
            "relation": translate(f"workspace.imports.relation_{link.relation}"),
            "trend": translate(f"workspace.imports.trend_{_yes_no(link.relation)}"),
            "note": link.note.read_in(g.language) if link.note is not None else "",
        }
        for link in frame.links
    ]


def has_links_to_tell(frame: ImportFrame) -> bool:
    """Whether the wave was asked in another wording than the project's."""
    return any(link.relation is not Relation.SAME for link in frame.links)


def fault_rows(found: Rehearsal) -> list[dict[str, str]]:
    """Return the faults of single lines, equal ones together."""
    return [
        {
            "column": group.fault.field or WITHHELD,
            "text": fault_text(group.fault),
            "lines": _line_text(group.lines, group.count),
        }
        for group in found.fault_groups
    ]


def outlook(trial: Trial) -> dict[str, object]:
    """Return what an import would come to: people per unit and audience, scores, trends."""
    found, frame = trial.rehearsal, trial.frame
    audiences = sorted({audience for _, audience in found.counts})
    return {
        "audiences": [audience_name(audience) for audience in audiences],
        "units": [
            {
                "name": unit.name,
                "counts": [found.counts.get((unit.key, audience), 0) for audience in audiences],
            }
            for unit in frame.units.values()
            if any(found.counts.get((unit.key, audience)) for audience in audiences)
        ],
        "principles": [
            {
                "name": link.short.read_in(g.language),
                "counts": [
                    found.score_counts.get((audience, link.key), 0) for audience in audiences
                ],
                "trend": translate(f"workspace.imports.trend_{_yes_no(link.relation)}"),
            }
            for link in frame.links
        ],
        "notes": _notes(trial),
    }


def _notes(trial: Trial) -> list[str]:
    found = trial.rehearsal
    notes = []
    if found.other_wave_count:
        notes.append(translate("workspace.imports.note_other_wave", count=found.other_wave_count))
    if found.empty_count:
        notes.append(translate("workspace.imports.note_empty", count=found.empty_count))
    if found.people:
        kind = "scores_only" if found.is_scores_only else "with_answers"
        notes.append(translate(f"workspace.imports.note_{kind}"))
        linked = "workspace.imports.note_linked"
        notes.append(
            translate(linked, linked=found.linked_count, people=len(found.people))
            if found.linked_count
            else translate("workspace.imports.note_not_linked")
        )
    return notes


def _line_text(lines: Sequence[int], count: int) -> str:
    listed = ", ".join(map(str, lines))
    more = count - len(lines)
    return translate("workspace.imports.and_more", lines=listed, count=more) if more else listed


def _measure_name(link: PrincipleLink | None, measure: str | None) -> str:
    if link is not None:
        return link.short.read_in(g.language)
    named = f"measure.{measure}"
    return translate(named) if has_text(named) else translate("workspace.imports.group_other")


def _link_label(link: PrincipleLink) -> str:
    name = link.short.read_in(g.language)
    if link.relation is Relation.SAME or link.older is None:
        return name
    older = link.older.read_in(g.language)
    return translate("workspace.imports.principle_then", name=name, older=older)


def _yes_no(relation: Relation) -> str:
    return "yes" if relation.carries_a_trend else "no"
