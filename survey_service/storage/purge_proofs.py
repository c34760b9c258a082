"""The proofs that were made of purges: files beside the database, which no restoring takes back."""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

FOLDER = "purged"


@dataclass(frozen=True, slots=True)
class PurgeProof:
    """What was removed of a project, and what was found when it was looked for again.

    `removed` and `remaining` are rows by table. `remaining`, `key_files` (left) and `traces_found`
    are None until it was looked again, `verified_on` as well; `traces_found` stays so where the
    file cannot be read. `releases` are the sets of published or prepared figures that stand.
    """

    project_id: UUID
    title: str
    municipality: str
    retained_until: date
    purged_on: date
    removed: Mapping[str, int]
    key_files_destroyed: int
    releases: int
    verified_on: date | None = None
    remaining: Mapping[str, int] | None = None
    key_files_left: int | None = None
    is_file_rewritten: bool = False
    traces_sought: int = 0
    traces_found: int | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing was found again."""
        return (
            self.verified_on is not None
            and self.is_file_rewritten
            and not self.key_files_left
            and not self.traces_found
            and not any((self.remaining or {}).values())
        )


def save_proof(instance: Path, proof: PurgeProof) -> str:
    """Write a proof in place of the one of the same project and day; return its SHA-256."""
    folder = instance / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(asdict(proof), default=_plain, ensure_ascii=False, indent=2) + "\n"
    path = folder / f"{proof.project_id.hex}-{proof.purged_on.isoformat()}.json"
    aside = folder / f".{path.name}.{secrets.token_hex(8)}"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    return hashlib.sha256(text.encode()).hexdigest()


def load_proofs(instance: Path, project_id: UUID) -> Sequence[tuple[PurgeProof, str]]:
    """Return the proofs of a project with their SHA-256, the newest first."""
    found = []
    for path in sorted((instance / FOLDER).glob(f"{project_id.hex}-*.json"), reverse=True):
        text = path.read_text("utf-8")
        found.append((_read(json.loads(text)), hashlib.sha256(text.encode()).hexdigest()))
    return found


def _read(values: dict[str, object]) -> PurgeProof:
    days = {name: values[name] for name in ("retained_until", "purged_on", "verified_on")}
    read = {name: date.fromisoformat(str(day)) if day else None for name, day in days.items()}
    project_id = UUID(str(values["project_id"]))
    return PurgeProof(**{**values, **read, "project_id": project_id})  # type: ignore[arg-type]


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
