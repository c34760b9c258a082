"""Setting up a project: what it measures and how it compares.

Nothing that decides what may be claimed can be changed once the first wave has opened: only a plan
that was settled before the answers came protects against finding what one wished to find.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from survey_service.catalogue import load_frameworks
from survey_service.faults import FieldFault, InputRefused
from survey_service.fieldwork.notices import LegalBasis
from survey_service.fieldwork.typed_input import TypedInput, make_key
from survey_service.fieldwork.waves import WaveStatus
from survey_service.measurement.instrument import Audience
from survey_service.storage import projects, setup
from survey_service.storage.database import Session, writing
from survey_service.storage.keys import KeyStore
from survey_service.storage.projects import ProjectRecord

TITLE_LIMIT = 200
SMALLEST_MINIMUM = 5
LARGEST_MINIMUM = 50
SMALLEST_MARGIN = 0.5
LARGEST_MARGIN = 25.0
DEFAULT_MARGIN = 5.0
YEARS_KEPT = 5
BUILT_IN_NOTICE = "1"
"""The version recorded for who was shown the service's own notice."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What decides what may be claimed; the primary contrast is empty or whole."""

    margin: float
    minimum: int
    primary_audience: str | None
    primary_from: str | None
    primary_to: str | None


def create_project(
    keys: KeyStore, municipality_id: UUID, title: str, framework: str, today: date
) -> UUID:
    """Store a project with sensible defaults, make its key file, and return its id.

    Raises InputRefused for a title that is missing or too long, or an unknown choice.
    """
    typed = TypedInput()
    cleaned = typed.read_text("title", title, TITLE_LIMIT)
    _check_framework(typed, framework)
    with writing() as session:
        if municipality_id not in {found.id for found in setup.find_municipalities(session)}:
            typed.refuse("municipality", "unknown_choice")
        typed.raise_if_any()
        taken = setup.find_project_keys(session, municipality_id)
        project_id = projects.add_project(
            session,
            municipality_id=municipality_id,
            key=make_key(cleaned, taken),
            title=cleaned,
            framework=framework,
            margin=DEFAULT_MARGIN,
            minimum=SMALLEST_MINIMUM,
            retained_until=date(today.year + YEARS_KEPT, 12, 31),
            notice_version=BUILT_IN_NOTICE,
        )
        # Before the commit: a project without its key could invite nobody.
        keys.create_project_key(project_id)
    return project_id


def save_basics(
    project_id: UUID,
    *,
    title: str,
    framework: str | None,
    retained_until: str,
    offers_free_text: bool | None,
    today: date,
) -> None:
    """Store what a project is called, rests on, keeps and asks; None leaves a choice as it is.

    Raises InputRefused: after the first wave opened for another framework or longer keeping than
    people were told, while a wave is open for another choice of free text, for free text where an
    audience is told that its answers are for statistics alone, and always for keeping that ends
    before the last wave.
    """
    typed = TypedInput()
    cleaned = typed.read_text("title", title, TITLE_LIMIT)
    until = typed.read_day("retained_until", retained_until)
    with writing() as session:
        project = _find(session, project_id)
        framework = framework or project.framework
        if framework != project.framework:
            _check_framework_change(typed, session, project, framework)
        asks = setup.offers_free_text(session, project_id)
        wishes = asks if offers_free_text is None else offers_free_text
        waves = projects.find_waves(session, project_id)
        if wishes != asks and any(wave.status == WaveStatus.OPEN for wave in waves):
            typed.refuse("offers_free_text", "locked_while_open")
        elif wishes and not asks and _is_statistics_only(session, project_id):
            typed.refuse("offers_free_text", "words_for_statistics_only")
        if until is not None:
            _check_retention(typed, project, until, [wave.closes_on for wave in waves], today)
        typed.raise_if_any()
        setup.update_project(
            session,
            project_id,
            title=cleaned,
            framework=framework,
            retained_until=until,
            offers_free_text=wishes,
        )


def save_comparison(
    project_id: UUID,
    *,
    margin: str,
    minimum: str,
    primary_audience: str,
    primary_from: str,
    primary_to: str,
) -> Comparison:
    """Store how waves are compared.

    Raises InputRefused once the first wave has opened; for a margin or a minimum out of range, a
    minimum above cells of a roster, and a primary contrast that is half named or goes backwards.
    """
    typed = TypedInput()
    with writing() as session:
        project = _find(session, project_id)
        if project.registered_on is not None:
            raise InputRefused(FieldFault("margin", "locked_opened"))
        points = typed.read_decimal("margin", margin, SMALLEST_MARGIN, LARGEST_MARGIN)
        people = typed.read_whole_number("minimum", minimum, SMALLEST_MINIMUM, LARGEST_MINIMUM)
        chosen = (primary_audience, primary_from, primary_to)
        _check_primary(typed, session, project_id, *chosen)
        if people is not None and people > project.minimum:
            _check_rosters(typed, session, project_id, people)
        if points is None or people is None or typed.faults:
            raise InputRefused(*typed.faults)
        saved = Comparison(points, people, *(choice or None for choice in chosen))
        setup.update_project(
            session,
            project_id,
            margin=saved.margin,
            minimum=saved.minimum,
            primary_audience=saved.primary_audience,
            primary_from=saved.primary_from,
            primary_to=saved.primary_to,
        )
    return saved


def _is_statistics_only(session: Session, project_id: UUID) -> bool:
    """Whether some audience is told that its answers are for statistics alone."""
    notices = setup.find_newest_notices(session, project_id).values()
    return any(notice.legal_basis == LegalBasis.STATISTICS_ONLY for notice in notices)


def _find(session: Session, project_id: UUID) -> ProjectRecord:
    project = projects.find_project(session, project_id)
    if project is None:
        raise InputRefused(FieldFault("project", "unknown_choice"))
    return project


def _check_framework(typed: TypedInput, framework: str) -> None:
    if framework not in {found.key for found in load_frameworks()}:
        typed.refuse("framework", "unknown_choice")


def _check_framework_change(
    typed: TypedInput, session: Session, project: ProjectRecord, framework: str
) -> None:
    _check_framework(typed, framework)
    wave_ids = [wave.id for wave in projects.find_waves(session, project.id)]
    if project.registered_on is not None:
        typed.refuse("framework", "locked_opened")
    elif setup.find_instruments(session, wave_ids):
        typed.refuse("framework", "framework_in_use")


def _check_retention(
    typed: TypedInput,
    project: ProjectRecord,
    until: date,
    closing_days: Sequence[date],
    today: date,
) -> None:
    if until == project.retained_until:
        return
    last = max([today, *closing_days])
    if until <= last:
        typed.refuse("retained_until", "retained_too_short")
    elif project.registered_on is not None and until > project.retained_until:
        typed.refuse("retained_until", "retained_longer")


def _check_primary(
    typed: TypedInput, session: Session, project_id: UUID, audience: str, first: str, last: str
) -> None:
    named = (audience, first, last)
    if not any(named):
        return
    if not all(named):
        for field, choice in zip(("primary_audience", "primary_from", "primary_to"), named,
                                 strict=True):  # fmt: skip
            if not choice:
                typed.refuse(field, "primary_incomplete")
        return
    positions = {wave.key: wave.position for wave in projects.find_waves(session, project_id)}
    if audience not in set(Audience):
        typed.refuse("primary_audience", "unknown_choice")
    if first not in positions or last not in positions:
        typed.refuse("primary_to" if first in positions else "primary_from", "unknown_choice")
    elif positions[first] >= positions[last]:
        typed.refuse("primary_to", "primary_order")


def _check_rosters(typed: TypedInput, session: Session, project_id: UUID, minimum: int) -> None:
    for wave in projects.find_waves(session, project_id):
        people = setup.find_roster(session, wave.id).values()
        if any(0 < count < minimum for count in people):
            typed.refuse("minimum", "minimum_above_roster", name=wave.label_da)
