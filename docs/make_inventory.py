"""Write field-inventory.md: every table and column of the models with the line said of it.

Run by `make inventory`. A column without a line, or a line without a column, ends it.
"""

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from survey_service.storage.tables import Base

HERE = Path(__file__).parent
KINDS = {"none": "–", "staff": "staff", "pseudonymous": "pseudonymous", "personal": "personal"}
HEAD = """# Field inventory

Every table and column, written by `make inventory` from the models and
[field_inventory.toml](field_inventory.toml); a test holds it against both.
**Personal**: tells who somebody is. **Pseudonymous**: about somebody who answers, without a name.
**Staff**: about people who sign in or are named as contacts. **–**: about nobody.
*Retention date*: the project's, when all rows of it are removed and the removal is proved
([privacy.md](privacy.md)); what closing a wave or withdrawing removes before is said where it does.
Sealed and hashed columns are so with keys outside the database ([operations.md](operations.md)).
"""


def make_inventory(said: Mapping[str, Any]) -> str:
    """Return the inventory.

    Args:
        said: what field_inventory.toml says, by table.

    Raises ValueError for a table or column that nothing is said of, or that does not exist.
    """
    tables = {table.name: list(table.columns.keys()) for table in Base.metadata.sorted_tables}
    _require_same("tables", set(tables), set(said))
    parts = [HEAD]
    for name, told in said.items():
        _require_same(name, set(tables[name]), set(told["columns"]))
        parts.append(
            f"\n## {name}\n\n{told['holds']}. Kept: {told['kept']}."
            f" Protected by: {told['protected']}.\n\n| column | data | holds |\n|---|---|---|\n"
        )
        for column in tables[name]:
            kind, _, holds = told["columns"][column].partition(": ")
            if not holds or kind not in KINDS:
                raise ValueError(f"{name}.{column}: expected {sorted(KINDS)}, a colon and words")
            parts.append(f"| {column} | {KINDS[kind]} | {holds} |\n")
    return "".join(parts)


def read_said() -> Mapping[str, Any]:
    """Return what field_inventory.toml says."""
    return tomllib.loads((HERE / "field_inventory.toml").read_text("utf-8"))


def _require_same(where: str, there: set[str], said: set[str]) -> None:
    if there != said:
        missing, extra = sorted(there - said), sorted(said - there)
        raise ValueError(f"{where}: nothing said of {missing}, said of what is not there {extra}")


if __name__ == "__main__":
    try:
        (HERE / "field-inventory.md").write_text(make_inventory(read_said()), "utf-8")
    except ValueError as error:
        sys.exit(f"field_inventory.toml: {error}")
