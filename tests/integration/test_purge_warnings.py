"""From 30 days before a deletion on, those who can still do something are told of it."""

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from accounts_builder import add_neighbour, add_person, enter
from aiosmtpd.controller import Controller
from builders import RETAINED_UNTIL, Installation
from click.testing import CliRunner

from survey_service.accounts.roles import Role
from survey_service.cli import main, purging
from survey_service.fieldwork.mailing import MailServer
from survey_service.fieldwork.purge_warnings import warn_by_mail
from survey_service.fieldwork.retention import find_warnings, foresee_purges
from survey_service.web.settings import load_settings

EVALUATOR, ADMINISTRATOR = "eva@kommune.example", "adm@kommune.example"
DELETED_ON = RETAINED_UNTIL + timedelta(days=1)
NOW = datetime(2028, 12, 5, 12, tzinfo=UTC)
ADDRESS = "https://svar.example/arbejdsrum/"


class Postbox:
    """An SMTP server that keeps what it is given."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.refused: set[str] = set()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # type: ignore[no-untyped-def]  # noqa: N802
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # type: ignore[no-untyped-def]  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=default)
        self.taken.append((envelope.rcpt_tos[0], mail))  # type: ignore[arg-type]
        return "250 OK"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, MailServer]]:
    box, port = Postbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, MailServer("127.0.0.1", port, "none", "svar@kommune.example")
    controller.stop()


def warn(installation: Installation, server: MailServer, now: datetime = NOW) -> int:
    with installation.context():
        [found] = find_warnings(now.date())
        return warn_by_mail(installation.keys, server, found, ADDRESS, now)


@pytest.mark.parametrize(("days_before", "is_warned"), [(31, False), (30, True), (1, True)])
def test_the_warning_begins_30_days_before(
    installation: Installation, days_before: int, is_warned: bool
) -> None:
    installation.clock.today = DELETED_ON - timedelta(days=days_before)
    add_person(installation, EVALUATOR)
    page = enter(installation.visitor(), EVALUATOR)
    for path in ("/arbejdsrum/", f"/arbejdsrum/projekt/{installation.project_id}"):
        text = page.get(path).text
        assert ("bliver slettet den 1. januar 2029" in text) == is_warned, path
    with installation.context():
        assert bool(find_warnings(installation.clock.today)) == is_warned


@pytest.mark.parametrize(("role", "is_told"), [
    (Role.ADMINISTRATOR, True), (Role.EVALUATOR, True), (Role.VIEWER, False),
    (Role.UNIT_LEADER, False), (Role.CASE_REVIEWER, False),
])  # fmt: skip
def test_evaluators_and_administrators_are_told(
    installation: Installation, role: Role, is_told: bool
) -> None:
    installation.clock.today = RETAINED_UNTIL
    add_person(installation, "n@kommune.example", role)
    page = enter(installation.visitor(), "n@kommune.example").get("/arbejdsrum/")
    assert ("bliver slettet den" in page.text) == is_told


def test_another_municipality_is_told_nothing(installation: Installation) -> None:
    installation.clock.today = RETAINED_UNTIL
    add_person(installation, "h@kommune.example", municipality_id=add_neighbour(installation))
    page = enter(installation.visitor(), "h@kommune.example").get("/arbejdsrum/")
    assert "slettet" not in page.text


def test_where_nobody_was_asked_yet_the_date_can_still_be_changed(build) -> None:  # type: ignore[no-untyped-def]
    installation = build(open_first=False)
    installation.clock.today = RETAINED_UNTIL
    add_person(installation, EVALUATOR)
    assert "under Opsætning" in enter(installation.visitor(), EVALUATOR).get("/arbejdsrum/").text


# ---- E-mail ----


def test_evaluators_of_the_municipality_get_one_mail_each_and_never_again(
    installation: Installation, postbox: tuple[Postbox, MailServer]
) -> None:
    box, server = postbox
    for name in (EVALUATOR, "bo@kommune.example"):
        add_person(installation, name)
    add_person(installation, ADMINISTRATOR, Role.ADMINISTRATOR)
    add_person(installation, "h@kommune.example", municipality_id=add_neighbour(installation))
    assert warn(installation, server) == 2
    assert warn(installation, server, NOW + timedelta(days=1)) == 0
    assert sorted(to for to, _ in box.taken) == ["bo@kommune.example", EVALUATOR]
    text = box.taken[0][1].get_content()
    for told in ("1. januar 2029", "January 1, 2029", "Fælles mål", "Randers Kommune", ADDRESS):
        assert told in text, told
    assert "{" not in text


def test_a_mail_server_that_is_away_is_tried_again(
    installation: Installation, postbox: tuple[Postbox, MailServer]
) -> None:
    add_person(installation, EVALUATOR)
    away = MailServer("127.0.0.1", free_port(), "none", "svar@kommune.example")
    assert warn(installation, away) == 0
    assert warn(installation, postbox[1]) == 1


def test_an_address_that_is_refused_keeps_the_mail_from_nobody_else(
    installation: Installation, postbox: tuple[Postbox, MailServer]
) -> None:
    box, server = postbox
    box.refused = {"a@kommune.example"}
    add_person(installation, "a@kommune.example")
    add_person(installation, EVALUATOR)
    assert warn(installation, server) == 1


def test_the_server_says_it_in_its_log_without_names(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    installation.clock.today = DELETED_ON - timedelta(days=7)
    with installation.context():
        purging.tell_of_purges(installation.app)
    told = capsys.readouterr().err
    assert told == (f"retention: project {installation.project_id}: answers are deleted on"
                    " 2029-01-01, in 7 days\n")  # fmt: skip
    assert load_settings(installation.folder).mail is None


# ---- On the terminal ----


def purge(installation: Installation, *options: str) -> str:
    command = ["--instance", str(installation.folder), "purge", *options]
    result = CliRunner().invoke(main, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def move_date(installation: Installation, until: datetime) -> None:
    from survey_service.storage.database import writing
    from survey_service.storage.tables import Project

    with installation.context(), writing() as session:
        found = session.get(Project, installation.project_id)
        assert found is not None
        found.retained_until = until.date()


def test_a_dry_run_tells_what_and_when_and_changes_nothing(installation: Installation) -> None:
    [code] = installation.invite("p1")
    installation.visitor().enter(code).answer_first(3).send()
    move_date(installation, datetime(2020, 1, 1, tzinfo=UTC))
    before = installation.contents()
    told = purge(installation, "--dry-run")
    assert "Fælles mål (Randers Kommune): kept until 2020-01-01" in told
    assert "due now" in told
    assert re.search(r"^  response: 1 rows$", told, re.MULTILINE)
    assert re.search(r"^  answer: 3 rows$", told, re.MULTILINE)
    assert installation.contents() == before
    assert installation.keys.project_key(installation.project_id)
    assert not (installation.folder / "purged").exists()


def test_before_the_day_a_dry_run_counts_nobody(installation: Installation) -> None:
    [code] = installation.invite("p1")
    installation.visitor().enter(code).answer_first(3).send()
    told = purge(installation, "--dry-run")
    assert "kept until 2028-12-31; answers are deleted on 2029-01-01" in told
    assert "rows" not in told
    with installation.context():
        [found] = foresee_purges(installation.clock.today)
    assert found.rows is None


def test_the_command_says_what_went_and_that_it_was_proved(installation: Installation) -> None:
    [code] = installation.invite("p1")
    installation.visitor().enter(code).answer_first(3).send()
    move_date(installation, datetime(2020, 1, 1, tzinfo=UTC))
    told = purge(installation)
    assert "removed 1 responses" in told
    assert "0 rows left, 0 key files left" in told
    assert "removed values found in the file; proved" in told
    assert "1 projects purged" in told
    assert "0 projects purged" in purge(installation)
