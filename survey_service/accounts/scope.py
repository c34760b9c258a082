"""How far somebody sees: a municipality, and there the whole unit tree or parts of it."""

from uuid import UUID

from survey_service.storage import accounts, projects
from survey_service.storage.database import reading


def visible_units(account_id: UUID, municipality_id: UUID) -> frozenset[str] | None:
    """Return the keys of the units somebody may see, with all below them.

    None stands for the whole municipality; an account without units of its own sees that.
    """
    roots = accounts.find_account_units(reading(), account_id)
    if not roots:
        return None
    tree = projects.find_unit_tree(reading(), municipality_id)
    children: dict[UUID | None, list[UUID]] = {}
    for unit in tree:
        children.setdefault(unit.parent_id, []).append(unit.id)
    seen: set[UUID] = set()
    waiting = list(roots)
    while waiting:
        unit_id = waiting.pop()
        if unit_id not in seen:
            seen.add(unit_id)
            waiting.extend(children.get(unit_id, []))
    return frozenset(unit.key for unit in tree if unit.id in seen)
