"""The tables. Two rules hold for all that have to do with people who answer.

Primary keys are random and SQLite tables are WITHOUT ROWID, so that no query gives the order of
arrival. Where rows lie within a page of the file does, until `database.compact` rewrites it: when a
wave closes, and once a day. No table joins the register of those invited to the
answers: the way from one to the other leads through a code, and codes are stored only encrypted.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    Date,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey_service.storage.database import Base

WITHOUT_ROWID = {"sqlite_with_rowid": False}


class Municipality(Base):
    """One municipality; nobody in it sees anything of another."""

    __tablename__ = "municipality"
    __table_args__ = WITHOUT_ROWID
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))


class Unit(Base):
    """A part of the organisation; units form a tree.

    Once `is_fixed`, a wave has been asked where it stands: it can no longer be moved or removed.
    """

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("municipality_id", "key"), WITHOUT_ROWID)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("municipality.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    is_fixed: Mapped[bool] = mapped_column(default=False, server_default=false())


class Account(Base):
    """Somebody who may sign in.

    A session of theirs is good for as long as it names the account's `session_version`.
    `last_totp_step` keeps a code from being used twice. `one_time_until` is when a password that
    somebody else made ends (UTC); none for a password of one's own.
    """

    __tablename__ = "account"
    __table_args__ = WITHOUT_ROWID
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    municipality_id: Mapped[UUID | None] = mapped_column(ForeignKey("municipality.id"))
    name: Mapped[str] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    is_disabled: Mapped[bool] = mapped_column(default=False)
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    one_time_until: Mapped[datetime | None] = mapped_column(DateTime)
    session_version: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    sealed_totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    last_totp_step: Mapped[int | None]
    single_sign_on_id: Mapped[str | None] = mapped_column(String(255), unique=True, index=True)


class AccountUnit(Base):
    """A part of the unit tree somebody is limited to; without any they see the whole."""

    __tablename__ = "account_unit"
    __table_args__ = WITHOUT_ROWID
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)


class RecoveryCode(Base):
    """A keyed hash of a code that stands in once for a lost telephone."""

    __tablename__ = "recovery_code"
    __table_args__ = WITHOUT_ROWID
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)


class SignInFailure(Base):
    """Failed tries to sign in under one name, known or not, by the name's keyed hash; in UTC."""

    __tablename__ = "sign_in_failure"
    __table_args__ = WITHOUT_ROWID
    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failure_count: Mapped[int]
    last_failed_at: Mapped[datetime] = mapped_column(DateTime)


class KeptForm(Base):
    """What somebody had typed when their session ended; only their browser has the key to it.

    `token_hash` is a hash of that key; in UTC.
    """

    __tablename__ = "kept_form"
    __table_args__ = WITHOUT_ROWID
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(DateTime)


class Project(Base):
    """What is measured, and what was settled before the first wave opened."""

    __tablename__ = "project"
    __table_args__ = (UniqueConstraint("municipality_id", "key"), WITHOUT_ROWID)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    municipality_id: Mapped[UUID] = mapped_column(ForeignKey("municipality.id"))
    key: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    framework: Mapped[str] = mapped_column(String(60))
    margin: Mapped[float]
    minimum: Mapped[int]
    primary_audience: Mapped[str | None] = mapped_column(String(20))
    primary_from: Mapped[str | None] = mapped_column(String(60))
    primary_to: Mapped[str | None] = mapped_column(String(60))
    registered_on: Mapped[date | None] = mapped_column(Date)
    retained_until: Mapped[date] = mapped_column(Date)
    notice_version: Mapped[str] = mapped_column(String(20))
    offers_free_text: Mapped[bool] = mapped_column(default=False)
    is_simulated: Mapped[bool] = mapped_column(default=False)
    reminders_at_most: Mapped[int] = mapped_column(default=2, server_default=text("2"))


class ProjectNotice(Base):
    """What an audience is told before it answers, and the legal basis of asking it.

    A changed notice is a new version: what somebody was told can always be read again.
    """

    __tablename__ = "project_notice"
    __table_args__ = WITHOUT_ROWID
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    legal_basis: Mapped[str] = mapped_column(String(20))
    text_da: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)


class ProjectContact(Base):
    """Whom those who answer can talk to; `checked_on` is when the number was last tried."""

    __tablename__ = "project_contact"
    __table_args__ = WITHOUT_ROWID
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name_da: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(40))
    note_da: Mapped[str] = mapped_column(String(200))
    note_en: Mapped[str] = mapped_column(String(200))
    checked_on: Mapped[date | None] = mapped_column(Date)


class MessageText(Base):
    """A project's own words of a letter, an invitation by e-mail or a reminder."""

    __tablename__ = "message_text"
    __table_args__ = WITHOUT_ROWID
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20), primary_key=True)
    language: Mapped[str] = mapped_column(String(5), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)


class Wave(Base):
    """One measurement round: planned, open, closed or released.

    `origin` is "asked", or "imported" for one that was gathered elsewhere; "importing" while it is
    still coming in, when nothing shows it. `framework` is the wording an imported one was asked in,
    `left_out_count` how many faulty lines of its file were left out.
    """

    __tablename__ = "wave"
    __table_args__ = (UniqueConstraint("project_id", "key"), WITHOUT_ROWID)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    key: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    label_da: Mapped[str] = mapped_column(String(60))
    label_en: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(20), default="planned")
    opens_on: Mapped[date] = mapped_column(Date)
    closes_on: Mapped[date] = mapped_column(Date)
    origin: Mapped[str] = mapped_column(String(20), default="asked", server_default="asked")
    framework: Mapped[str | None] = mapped_column(String(60))
    left_out_count: Mapped[int | None]


class WavePrinciple(Base):
    """How an imported wave's wording of a principle relates to the project's (`Relation`)."""

    __tablename__ = "wave_principle"
    __table_args__ = WITHOUT_ROWID
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    principle: Mapped[str] = mapped_column(String(60), primary_key=True)
    relation: Mapped[str] = mapped_column(String(20))


class WaveInstrument(Base):
    """Which version of which questionnaire an audience gets in a wave."""

    __tablename__ = "wave_instrument"
    __table_args__ = WITHOUT_ROWID
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(20), primary_key=True)
    instrument_key: Mapped[str] = mapped_column(String(60))
    instrument_version: Mapped[int]


class RosterCell(Base):
    """How many people there are to ask in one unit and audience; 0 or at least the minimum."""

    __tablename__ = "roster_cell"
    __table_args__ = WITHOUT_ROWID
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(20), primary_key=True)
    people: Mapped[int]


class InvitationBatch(Base):
    """People invited at one time, as references or as a number of codes.

    Reminders are counted here and not per person: who was reminded had not answered.
    """

    __tablename__ = "invitation_batch"
    __table_args__ = WITHOUT_ROWID
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    made_on: Mapped[date] = mapped_column(Date)
    people: Mapped[int]
    is_handed_out: Mapped[bool] = mapped_column(default=False)
    reminder_count: Mapped[int] = mapped_column(default=0)
    reminded_on: Mapped[date | None] = mapped_column(Date)


class Invitation(Base):
    """The register's side of a code: a contact and the code, both sealed with the wave's key.

    `is_mailed` tells of the first e-mail alone, which goes to everybody.
    """

    __tablename__ = "invitation"
    __table_args__ = WITHOUT_ROWID
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), index=True)
    language: Mapped[str] = mapped_column(String(5))
    batch_id: Mapped[UUID | None] = mapped_column(index=True)
    sealed_contact: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_code: Mapped[bytes] = mapped_column(LargeBinary)
    is_mailed: Mapped[bool] = mapped_column(default=False, server_default=false())


class Admission(Base):
    """The answers' side of a code: what the code's keyed hash admits to."""

    __tablename__ = "admission"
    __table_args__ = WITHOUT_ROWID
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    audience: Mapped[str] = mapped_column(String(20))
    pseudonym: Mapped[str] = mapped_column(String(64))


class OpenLink(Base):
    """A unit's open link in one wave: anonymous answers, without a code."""

    __tablename__ = "open_link"
    __table_args__ = WITHOUT_ROWID
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    audience: Mapped[str] = mapped_column(String(20))


class Response(Base):
    """One person's answers to one instrument version in one wave.

    `code_hash` lets the code resume it and is removed when the wave closes, as is `sent_week`.
    `pseudonym` is empty for anonymous answers.
    """

    __tablename__ = "response"
    __table_args__ = (
        # Holds all that the daily counting asks for, so that it never reads the responses.
        Index("ix_response_counted", "wave_id", "is_sent", "audience", "unit_id"),
        WITHOUT_ROWID,
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    audience: Mapped[str] = mapped_column(String(20))
    instrument_key: Mapped[str] = mapped_column(String(60))
    instrument_version: Mapped[int]
    pseudonym: Mapped[str | None] = mapped_column(String(64))
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    withdrawal_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    notice_version: Mapped[str] = mapped_column(String(20))
    is_sent: Mapped[bool] = mapped_column(default=False)
    sent_week: Mapped[date | None] = mapped_column(Date)


class Answer(Base):
    """One answer: an option's value, or dk, na, skip."""

    __tablename__ = "answer"
    __table_args__ = WITHOUT_ROWID
    response_id: Mapped[UUID] = mapped_column(
        ForeignKey("response.id", ondelete="CASCADE"), primary_key=True
    )
    item_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(String(30))


class ScoreRecord(Base):
    """One response's score on one measure, 0-100, computed when it was sent."""

    __tablename__ = "score"
    __table_args__ = WITHOUT_ROWID
    response_id: Mapped[UUID] = mapped_column(
        ForeignKey("response.id", ondelete="CASCADE"), primary_key=True
    )
    measure: Mapped[str] = mapped_column(String(60), primary_key=True)
    score: Mapped[float | None]
    rated_count: Mapped[int]
    item_count: Mapped[int]


class FreeText(Base):
    """Somebody's own words, sealed, without unit, tied only to the withdrawal code.

    `audience` is known once they are sent. `review` is what an evaluator decided about them, and
    `sealed_quote` the version of them that may be quoted.
    """

    __tablename__ = "free_text"
    __table_args__ = WITHOUT_ROWID
    holder_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    item_key: Mapped[str] = mapped_column(String(60), primary_key=True)
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), index=True)
    sealed_text: Mapped[bytes] = mapped_column(LargeBinary)
    is_sent: Mapped[bool] = mapped_column(default=False)
    audience: Mapped[str] = mapped_column(String(20), default="", server_default="")
    review: Mapped[str] = mapped_column(String(20), default="unread", server_default="unread")
    sealed_quote: Mapped[bytes | None] = mapped_column(LargeBinary)


class OfflineDelivery(Base):
    """One packet of answers that came in after a time without network, so that it counts once.

    It names no response: while the wave is open its answers stand with the others, and nothing
    here leads to them. `outcome` is what the sender was told, and is told when asking again.
    """

    __tablename__ = "offline_delivery"
    __table_args__ = WITHOUT_ROWID
    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), index=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(20))


class OfflineRemainder(Base):
    """A packet that could not be counted, as sealed as it came, and why: `outcome`."""

    __tablename__ = "offline_remainder"
    __table_args__ = WITHOUT_ROWID
    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(20))
    sealed_answers: Mapped[bytes] = mapped_column(LargeBinary)


class OfflineDevice(Base):
    """How many unsent answers a device last said it holds for a wave; gone once it holds none."""

    __tablename__ = "offline_device"
    __table_args__ = WITHOUT_ROWID
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    waiting_count: Mapped[int]


class Kiosk(Base):
    """A unit's shared tablet, recognised by the keyed hash of what its browser holds.

    No response says which tablet it came from.
    """

    __tablename__ = "kiosk"
    __table_args__ = WITHOUT_ROWID
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64))
    is_revoked: Mapped[bool] = mapped_column(default=False)


class PauseCode(Base):
    """A way back to an anonymous draft, good for one use up to a date; gone once it is used."""

    __tablename__ = "pause_code"
    __table_args__ = WITHOUT_ROWID
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), index=True)
    response_id: Mapped[UUID] = mapped_column(
        ForeignKey("response.id", ondelete="CASCADE"), unique=True
    )
    expires_on: Mapped[date] = mapped_column(Date)


class ResponseCount(Base):
    """How many had sent their answers on a day, per wave and audience."""

    __tablename__ = "response_count"
    __table_args__ = WITHOUT_ROWID
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(20), primary_key=True)
    as_of: Mapped[date] = mapped_column(Date, primary_key=True)
    sent: Mapped[int]


class UnitCount(Base):
    """How many had sent their answers at the latest count, per unit and audience of a wave.

    `is_shown` is whether the unit with all below it may be shown, `is_own_shown` whether its own
    people alone may: what was shown once is shown until the wave closes, because a unit that comes
    and goes would tell of its neighbours.
    """

    __tablename__ = "unit_count"
    __table_args__ = WITHOUT_ROWID
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(20), primary_key=True)
    sent: Mapped[int]
    is_shown: Mapped[bool] = mapped_column(default=False)
    is_own_shown: Mapped[bool] = mapped_column(default=False)


class Release(Base):
    """A frozen, numbered set of suppressed figures; never overwritten.

    Until it `is_published` only the evaluator sees it; what was seen counts as revealed.
    """

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("project_id", "number"), WITHOUT_ROWID)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    released_on: Mapped[date] = mapped_column(Date)
    content: Mapped[str] = mapped_column(Text)
    is_published: Mapped[bool] = mapped_column(default=True, server_default=true())


class ReleaseContent(Base):
    """How many answers a release rests on, per audience and what is counted; names nobody.

    `counted` is empty for whole responses, else a principle or "item:" and an item. It goes with
    the project's answers, because it holds counts that are too small to be shown.
    """

    __tablename__ = "release_content"
    __table_args__ = WITHOUT_ROWID
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[UUID] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    audience: Mapped[str] = mapped_column(String(20), primary_key=True)
    counted: Mapped[str] = mapped_column(String(70), primary_key=True)
    answer_count: Mapped[int]


class Upload(Base):
    """A file on its way in, sealed with the project's key; gone once imported or forgotten.

    Its name and what was chosen for it may hold people's names: they are sealed as well.
    """

    __tablename__ = "upload"
    __table_args__ = WITHOUT_ROWID
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    uploaded_on: Mapped[date] = mapped_column(Date)
    sealed_file_name: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_choices: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_content: Mapped[bytes] = mapped_column(LargeBinary)


class Job(Base):
    """Long work in the background, so that any process can tell how far it is; in UTC.

    `step`, `done` and `total` are what it is at; `result` is what it came to, of its kind.
    """

    __tablename__ = "job"
    __table_args__ = WITHOUT_ROWID
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(30))
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    parameters: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20), default="waiting")
    step: Mapped[str] = mapped_column(String(60), default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    is_cancel_requested: Mapped[bool] = mapped_column(default=False)
    result: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime)
    seen_at: Mapped[datetime] = mapped_column(DateTime)


class Decision(Base):
    """What leaders decided to do about a principle after a release; of the whole without a unit.

    `responsible` is a role, never a person's name.
    """

    __tablename__ = "decision"
    __table_args__ = WITHOUT_ROWID
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    principle: Mapped[str] = mapped_column(String(60))
    release_number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    responsible: Mapped[str] = mapped_column(String(80))
    decided_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)


class BriefWords(Base):
    """What an evaluator adds to one brief of a release; every version is kept, the newest shown."""

    __tablename__ = "brief_words"
    __table_args__ = WITHOUT_ROWID
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    release_number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    language: Mapped[str] = mapped_column(String(2))
    version: Mapped[int]
    introduction: Mapped[str] = mapped_column(Text)
    next_steps: Mapped[str] = mapped_column(Text)
    told_by: Mapped[date | None] = mapped_column(Date)
    written_on: Mapped[date] = mapped_column(Date)


class AuditEntry(Base):
    """Who did what to which object, and when (UTC, in whole minutes); never what it held.

    Each entry's keyed hash covers its fields and the hash before it. Of somebody who answers there
    is nothing here: an entry is about a wave or a batch at the smallest, never about one of those
    invited.
    """

    __tablename__ = "audit_entry"
    __table_args__ = WITHOUT_ROWID
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    happened_at: Mapped[datetime] = mapped_column(DateTime, index=True)
    actor: Mapped[str] = mapped_column(String(20))
    # No foreign keys: an entry outlives what it tells of, and says what was true when it was made.
    account_id: Mapped[UUID | None]
    account_name: Mapped[str] = mapped_column(String(200))
    municipality_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(40), index=True)
    object_kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[str] = mapped_column(String(20))
    previous_hash: Mapped[str] = mapped_column(String(64))
    entry_hash: Mapped[str] = mapped_column(String(64))
