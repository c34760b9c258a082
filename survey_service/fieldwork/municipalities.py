"""The municipalities of an installation; nobody in one sees anything of another."""

from uuid import UUID

from survey_service.fieldwork.typed_input import TypedInput, make_key
from survey_service.storage import projects, setup
from survey_service.storage.database import Session, reading, writing
from survey_service.storage.setup import MunicipalityRecord

NAME_LIMIT = 200


def list_municipalities() -> list[MunicipalityRecord]:
    """Return all municipalities by name."""
    return setup.find_municipalities(reading())


def add_municipality(name: str) -> UUID:
    """Store a municipality and return its id; its key is made from the name.

    Raises InputRefused for a name that is missing, too long or taken.
    """
    with writing() as session:
        cleaned = _check_name(session, name, None)
        keys = {found.key for found in setup.find_municipalities(session)}
        return projects.add_municipality(session, make_key(cleaned, keys), cleaned)


def rename_municipality(municipality_id: UUID, name: str) -> None:
    """Give a municipality another name; its key stays. Raises InputRefused as adding does."""
    with writing() as session:
        cleaned = _check_name(session, name, municipality_id)
        setup.rename_municipality(session, municipality_id, cleaned)


def _check_name(session: Session, name: str, own_id: UUID | None) -> str:
    typed = TypedInput()
    cleaned = typed.read_text("name", name, NAME_LIMIT)
    others = (found for found in setup.find_municipalities(session) if found.id != own_id)
    if cleaned.casefold() in {found.name.casefold() for found in others}:
        typed.refuse("name", "name_in_use", name=cleaned)
    typed.raise_if_any()
    return cleaned
