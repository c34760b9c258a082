"""Builders for people who sign in: quick accounts, a clock, and a browser that is signed in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from builders import Installation, Visitor

from survey_service.accounts.roles import Role
from survey_service.accounts.sign_in import add_user
from survey_service.storage import accounts, projects
from survey_service.storage.accounts import AccountRecord
from survey_service.storage.database import reading, writing

PASSWORD = "fire grønne hatte"
NAME = "eva@kommune.example"
SIGN_IN = "/arbejdsrum/log-ind"


@dataclass
class Moment:
    """The moment the installation believes in, in UTC."""

    now: datetime = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        """Let time go by: minutes=5."""
        self.now += timedelta(**time)


def set_moment(installation: Installation) -> Moment:
    """Give an installation a clock that stands still."""
    moment = Moment()
    installation.app.extensions["survey_now"] = moment
    return moment


def add_person(
    installation: Installation,
    name: str = NAME,
    role: Role = Role.EVALUATOR,
    *,
    everywhere: bool = False,
    municipality_id: UUID | None = None,
    units: tuple[str, ...] = (),
    must_change_password: bool = False,
) -> UUID:
    """Let somebody sign in with PASSWORD, in the installation's municipality unless told."""
    place = None if everywhere else municipality_id or installation.municipality_id
    with installation.context():
        return add_user(
            name,
            PASSWORD,
            role,
            place,
            unit_ids=[installation.units[unit] for unit in units],
            must_change_password=must_change_password,
        )


def add_neighbour(installation: Installation) -> UUID:
    """Add another municipality."""
    with installation.context(), writing() as session:
        return projects.add_municipality(session, "herning", "Herning Kommune")


def account_of(installation: Installation, account_id: UUID) -> AccountRecord:
    """An account as it is stored now."""
    with installation.context():
        found = accounts.find_account(reading(), account_id)
    assert found is not None
    return found


def enter(visitor: Visitor, name: str = NAME, password: str = PASSWORD) -> Visitor:
    """Give name and password on the sign-in page."""
    return visitor.get(SIGN_IN).submit(SIGN_IN, name=name, password=password)


def is_signed_in(visitor: Visitor) -> bool:
    """Whether the browser comes to a page for those who signed in."""
    return visitor.get("/arbejdsrum/min-konto").path == "/arbejdsrum/min-konto"
