"""What inviting a list of people, or a number of them, would mean; nothing is stored yet."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from survey_service.exchange.invitation_lists import (
    AUDIENCE_WORDS,
    FIELD,
    LANGUAGE_WORDS,
    InvitationList,
    ListedPerson,
)
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.invitations import (
    Contact,
    Invitee,
    looks_like_cpr,
    pseudonym_of,
    random_reference,
)
from survey_service.storage import invitations as storage
from survey_service.storage import projects, setup
from survey_service.storage.database import reading
from survey_service.storage.keys import Key, KeyStore
from survey_service.storage.projects import ProjectRecord, UnitRecord, WaveRecord
from survey_service.texts import LANGUAGES

CODES_AT_MOST = 20_000
LENGTHS = {"reference": 100, "name": 200, "address": 500, "email": 254}
LINES_NAMED = 15
SHOWN_CHARACTERS = 60

# Who writes to one mailbox; without quoted names, comments and addresses in square brackets, which
# the standard allows, nobody has, and attackers like.
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?"
)


@dataclass(frozen=True, slots=True)
class CellCount:
    """How many a draft would invite of one unit and audience.

    `roster`: how many there are to ask, None where nobody said. `is_few`: with those invited
    before, fewer than the least number of answers that is shown.
    """

    unit: str
    audience: str
    people: int
    invited_before: int
    roster: int | None
    is_few: bool

    @property
    def is_over_roster(self) -> bool:
        """Whether more would be invited than there are to ask."""
        return self.roster is not None and self.people + self.invited_before > self.roster


@dataclass(frozen=True, slots=True)
class InvitationDraft:
    """Whom to invite once it is confirmed; `skipped_count` have a code already and get none."""

    invitees: tuple[Invitee, ...]
    counts: tuple[CellCount, ...]
    skipped_count: int = 0

    @property
    def email_count(self) -> int:
        """How many can be reached by e-mail."""
        contacts = (invitee.contact for invitee in self.invitees)
        return sum(1 for text in contacts if text and Contact.from_text(text).email)


def draft_from_list(
    keys: KeyStore,
    project: ProjectRecord,
    wave: WaveRecord,
    listed: InvitationList,
    units: Sequence[UnitRecord],
    *,
    skips_invited: bool = False,
) -> InvitationDraft:
    """Return what inviting the people of a list would mean.

    Args:
        units: those that may be invited to.
        skips_invited: leave out whoever has a code already, in place of refusing the list.

    Raises:
        InputRefused: with every fault of every line; then nobody can be invited.
    """
    people = listed.people
    reader = _LineReader(units, set(projects.find_wave_instruments(reading(), wave.id)))
    read = [reader.read(person) for person in people]
    faults = [*listed.unread, *reader.faults, *_find_repeats(people, read)]
    complete = [(person.line, invitee) for person, invitee in zip(people, read, strict=True)
                if invitee is not None]  # fmt: skip
    known = _find_invited(keys.project_key(project.id), wave.id, complete)
    if known and not skips_invited:
        lines = [line for line, _ in complete if line in known]
        faults.append(_already_invited(lines))
    if faults:
        raise InputRefused(*sorted(faults, key=lambda fault: fault.line or 0))
    invitees = tuple(invitee for line, invitee in complete if line not in known)
    if not invitees:
        raise InputRefused(FieldFault(FIELD, "people_all_invited"))
    return InvitationDraft(invitees, _count_cells(project, wave, invitees, units), len(known))


def draft_of_codes(
    project: ProjectRecord,
    wave: WaveRecord,
    wanted: Mapping[tuple[UUID, str], int],
    units: Sequence[UnitRecord],
    language: str,
) -> InvitationDraft:
    """Return what a number of codes per unit and audience would mean; nobody is named.

    Raises InputRefused where none are wanted, or more than CODES_AT_MOST, or in no language known.
    """
    if language not in LANGUAGES:
        raise InputRefused(FieldFault("language", "unknown_choice"))
    total = sum(wanted.values())
    if not total:
        raise InputRefused(FieldFault("", "codes_none"))
    if total > CODES_AT_MOST:
        raise InputRefused(
            FieldFault("", "codes_too_many", {"limit": CODES_AT_MOST, "found": total})
        )
    invitees = tuple(
        Invitee(unit_id, audience, random_reference(), language)
        for (unit_id, audience), count in wanted.items()
        for _ in range(count)
    )
    return InvitationDraft(invitees, _count_cells(project, wave, invitees, units))


def read_email(typed: str) -> str | None:
    """Return an address as mail servers write it, None for what cannot be one."""
    email = _plain_email(typed)
    return email if len(email) <= LENGTHS["email"] and _EMAIL.fullmatch(email) else None


class _LineReader:
    """Reads lines into invitees and notes what is wrong with them."""

    def __init__(self, units: Sequence[UnitRecord], audiences: set[str]) -> None:
        self.faults: list[FieldFault] = []
        self._audiences = audiences
        self._units: dict[str, set[UUID]] = defaultdict(set)
        for unit in units:
            for name in (unit.key, unit.name):
                self._units[_folded(name)].add(unit.id)

    def read(self, person: ListedPerson) -> Invitee | None:
        """Return the invitee of a line, None where the line cannot be used."""
        before = len(self.faults)
        self._check_texts(person)
        unit_id = self._unit(person)
        audience = self._audience(person)
        language = LANGUAGE_WORDS.get(person.language.casefold())
        if language is None:
            self._refuse(person, "person_language_unknown", language=person.language)
        if len(self.faults) > before or unit_id is None or audience is None or language is None:
            return None
        contact = Contact(person.name, person.address, _plain_email(person.email))
        sealed = contact.to_text() if contact != Contact() else None
        return Invitee(unit_id, audience, person.reference, language, sealed)

    def _check_texts(self, person: ListedPerson) -> None:
        if not person.reference:
            self._refuse(person, "reference_missing")
        texts = {"reference": person.reference, "name": person.name,
                 "address": "\n".join(person.address), "email": person.email}  # fmt: skip
        for column, text in texts.items():
            if looks_like_cpr(text):
                self._refuse(person, "cpr_number")
            if len(text) > LENGTHS[column]:
                self._refuse(person, f"{column}_too_long", limit=LENGTHS[column], found=len(text))
            if not text.replace("\n", "" if column == "address" else "\n").isprintable():
                self._refuse(person, f"{column}_unsafe")
        email = _plain_email(person.email)
        if email.isprintable() and email and not _EMAIL.fullmatch(email):
            self._refuse(person, "email_invalid")

    def _unit(self, person: ListedPerson) -> UUID | None:
        found = self._units.get(_folded(person.unit), set())
        if len(found) != 1:
            rule = (
                "person_unit_of_two"
                if found
                else "person_unit_unknown"
                if person.unit
                else "person_unit_missing"
            )
            self._refuse(person, rule, unit=person.unit)
            return None
        return next(iter(found))

    def _audience(self, person: ListedPerson) -> str | None:
        found = AUDIENCE_WORDS.get(person.audience.casefold())
        if found is None:
            rule = "person_audience_unknown" if person.audience else "person_audience_missing"
            self._refuse(person, rule, audience=person.audience)
        elif found not in self._audiences:
            self._refuse(person, "person_audience_not_asked", audience=person.audience)
            return None
        return found

    def _refuse(self, person: ListedPerson, rule: str, **values: object) -> None:
        shown = {
            name: f"{value[:SHOWN_CHARACTERS]}…"
            if isinstance(value, str) and len(value) > SHOWN_CHARACTERS
            else value
            for name, value in values.items()
        }
        self.faults.append(FieldFault(FIELD, rule, shown, person.line))


def _find_repeats(
    people: Sequence[ListedPerson], read: Sequence[Invitee | None]
) -> Iterable[FieldFault]:
    """Find references that stand twice for one audience: one person, or a slip of the hand."""
    first_lines: dict[tuple[str, str], int] = {}
    for person, invitee in zip(people, read, strict=True):
        if invitee is None:
            continue
        first = first_lines.setdefault((invitee.audience, invitee.reference), person.line)
        if first != person.line:
            yield FieldFault(FIELD, "reference_twice", {"first": first}, person.line)


def _find_invited(
    project_key: Key, wave_id: UUID, complete: Iterable[tuple[int, Invitee]]
) -> set[int]:
    """Return the lines of those who have a code in the wave; whether they used it is not asked."""
    pseudonyms = {
        line: pseudonym_of(project_key, invitee.audience, invitee.reference)
        for line, invitee in complete
    }
    known = storage.find_known_pseudonyms(reading(), wave_id, pseudonyms.values())
    return {line for line, pseudonym in pseudonyms.items() if pseudonym in known}


def _already_invited(lines: Sequence[int]) -> FieldFault:
    named = ", ".join(map(str, lines[:LINES_NAMED])) + (" …" if len(lines) > LINES_NAMED else "")
    return FieldFault(FIELD, "already_invited", {"count": len(lines), "lines": named})


def _count_cells(
    project: ProjectRecord,
    wave: WaveRecord,
    invitees: Iterable[Invitee],
    units: Sequence[UnitRecord],
) -> tuple[CellCount, ...]:
    names = {unit.id: unit.name for unit in units}
    people = Counter((invitee.unit_id, invitee.audience) for invitee in invitees)
    before = storage.count_invited(reading(), wave.id)
    roster = setup.find_roster(reading(), wave.id)
    cells = (
        CellCount(
            unit=names[cell[0]],
            audience=cell[1],
            people=count,
            invited_before=before.get(cell, 0),
            roster=roster.get(cell),
            is_few=count + before.get(cell, 0) < project.minimum,
        )
        for cell, count in people.items()
    )
    return tuple(sorted(cells, key=lambda cell: (cell.unit, cell.audience)))


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _plain_email(email: str) -> str:
    """Return an address with its domain as mail servers write it: æ, ø and å are allowed there."""
    mailbox, at, domain = email.rpartition("@")
    if domain.isascii():
        return email
    try:
        return f"{mailbox}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return email
