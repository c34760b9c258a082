"""E-mail to a real SMTP server on loopback: once each, resumable, and silent on who answered."""

import logging
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from builders import TODAY, Installation, Visitor, build_installation
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from survey_service.accounts.sign_in import Role, add_user
from survey_service.fieldwork.invitations import BatchKind, Contact, Invitee, invite_batch
from survey_service.fieldwork.mailing import (
    MailInterrupted,
    MailRefused,
    MailServer,
    Sent,
    Words,
    compose,
    send_invitations,
    send_reminders,
)
from survey_service.fieldwork.messages import Message
from survey_service.storage.database import database
from survey_service.texts import load_texts
from survey_service.web.language import TEXTS
from survey_service.web.settings import SettingsRefused, load_settings

PASSWORD = "fire grønne hatte"
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{3}\b")
WORDS = Words(
    "https://svar.example",
    {"da": "1. april 2026", "en": "1 April 2026"},
    {"da": "Livslinien: 70 201 201.", "en": "Livslinien: 70 201 201."},
)


@dataclass
class Postbox:
    """What an SMTP server was given, and what it does to whom."""

    port: int = 0
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    hangs_up_at: str | None = None
    hangs_up_after_data_at: str | None = None
    connections: int = 0

    async def handle_EHLO(self, _server, session, _envelope, hostname, responses):  # type: ignore[no-untyped-def]  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, _session, envelope, address, options):  # type: ignore[no-untyped-def]  # noqa: N802
        if address in self.refused:
            return "550 no such mailbox"
        if address == self.hangs_up_at:
            server.transport.abort()
            return "451 gone"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # type: ignore[no-untyped-def]  # noqa: N802
        [to] = envelope.rcpt_tos
        if to == self.hangs_up_after_data_at:
            server.transport.abort()
            return "451 gone"
        self.taken.append((to, message_from_bytes(envelope.content, policy=default)))  # type: ignore[arg-type]
        return "250 OK"

    @property
    def receivers(self) -> list[str]:
        return sorted(to for to, _ in self.taken)

    @property
    def server(self) -> MailServer:
        return MailServer("127.0.0.1", self.port, "none", "Svar <svar@randers.example>")


class LoopbackController(Controller):
    """A server on a free port of its own."""

    def factory(self) -> SMTP:
        return SMTP(self.handler, **self.SMTP_kwargs)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox(free_port())
    controller = LoopbackController(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


def make_batch(installation: Installation, count: int = 4) -> UUID:
    people = [
        Invitee(installation.units["house"], "citizen", f"p{number}", "en" if number == 1 else "da",
                Contact(f"Person {number}", (), f"p{number}@example.org").to_text())
        for number in range(count)
    ]  # fmt: skip
    with installation.context():
        return invite_batch(
            installation.keys, installation.waves["baseline"], BatchKind.LIST, people, TODAY
        )


def told_nothing(_step: str, _done: int = 0, _total: int = 0) -> None:
    """Take no note of how far the work is."""


def send(installation: Installation, postbox: Postbox, batch_id: UUID) -> Sent:
    with installation.context():
        return send_invitations(installation.keys, postbox.server, batch_id, WORDS, told_nothing)


def remind(
    installation: Installation, server: MailServer, batch_id: UUID,
    tell: Callable[..., None] = told_nothing, wait: Callable[[float], None] = lambda _: None,
) -> None:  # fmt: skip
    with installation.context():
        send_reminders(
            installation.keys, server, batch_id, WORDS, installation.clock.today, tell, wait
        )


def answer_with(installation: Installation, mail: EmailMessage) -> None:
    [code] = CODE.findall(mail.get_content())
    visitor = installation.visitor()
    visitor.enter(code).answer_first(2)
    visitor.send()


# ---- Invitations ----


def test_everybody_gets_one_mail_with_a_code_that_opens_the_door(
    installation: Installation, postbox: Postbox
) -> None:
    done = send(installation, postbox, make_batch(installation))
    assert done == Sent(sent=4)
    assert postbox.receivers == [f"p{number}@example.org" for number in range(4)]
    codes = {CODE.findall(mail.get_content())[0] for _, mail in postbox.taken}
    assert len(codes) == 4
    assert all(installation.visitor().enter(code).path == "/om" for code in codes)


def test_a_mail_is_plain_text_in_the_persons_language_and_wants_no_automatic_answer(
    installation: Installation, postbox: Postbox
) -> None:
    send(installation, postbox, make_batch(installation))
    mails = dict(postbox.taken)
    danish, english = mails["p0@example.org"], mails["p1@example.org"]
    assert danish.get_content_type() == "text/plain"
    assert danish["Auto-Submitted"] == "auto-generated"
    assert danish["Subject"] == "Vil du fortælle os, hvordan det går?"
    assert "til og med den 1. april 2026" in danish.get_content()
    assert english["Subject"] == "Would you tell us how it is going?"
    assert "until 1 April 2026" in english.get_content()
    assert "http" not in danish.get_content().replace("https://svar.example", "")


def test_the_link_in_a_mail_opens_the_door_and_is_not_the_code(
    installation: Installation, postbox: Postbox
) -> None:
    send(installation, postbox, make_batch(installation, 1))
    [(_, mail)] = postbox.taken
    [token] = re.findall(r"https://svar\.example/k#([\w-]{60})\b", mail.get_content())
    visitor = installation.visitor()
    assert visitor.get("/k").submit("/k", token=token).path == "/om"


def test_nobody_gets_two_however_often_it_is_sent(
    installation: Installation, postbox: Postbox
) -> None:
    batch_id = make_batch(installation)
    send(installation, postbox, batch_id)
    assert send(installation, postbox, batch_id) == Sent()
    assert len(postbox.taken) == 4


def test_a_refused_address_is_counted_and_the_others_get_theirs(
    installation: Installation, postbox: Postbox
) -> None:
    postbox.refused = {"p2@example.org"}
    batch_id = make_batch(installation)
    assert send(installation, postbox, batch_id) == Sent(sent=3, refused=1)
    postbox.refused = set()
    assert send(installation, postbox, batch_id) == Sent(sent=1)
    assert postbox.receivers == [f"p{number}@example.org" for number in range(4)]


def test_after_a_lost_connection_the_rest_get_theirs_and_nobody_two(
    installation: Installation, postbox: Postbox
) -> None:
    postbox.hangs_up_at = "p2@example.org"
    batch_id = make_batch(installation)
    with pytest.raises(MailInterrupted) as interruption:
        send(installation, postbox, batch_id)
    assert interruption.value.sent == Sent(sent=len(postbox.taken))
    postbox.hangs_up_at = None
    send(installation, postbox, batch_id)
    assert postbox.receivers == [f"p{number}@example.org" for number in range(4)]


def test_a_mail_that_was_handed_over_when_the_connection_broke_is_not_sent_again(
    installation: Installation, postbox: Postbox
) -> None:
    postbox.hangs_up_after_data_at = "p2@example.org"
    batch_id = make_batch(installation)
    with pytest.raises(MailInterrupted) as interruption:
        send(installation, postbox, batch_id)
    assert interruption.value.sent.uncertain == 1
    postbox.hangs_up_after_data_at = None
    send(installation, postbox, batch_id)
    assert postbox.receivers == ["p0@example.org", "p1@example.org", "p3@example.org"]


def test_where_no_server_answers_nobody_counts_as_mailed(
    installation: Installation, postbox: Postbox
) -> None:
    batch_id = make_batch(installation)
    silent = Postbox(free_port())
    with pytest.raises(MailRefused) as refusal:
        send(installation, silent, batch_id)
    assert refusal.value.rule == "mail_unreachable"
    assert send(installation, postbox, batch_id) == Sent(sent=4)


def test_closing_the_wave_ends_the_sending(installation: Installation, postbox: Postbox) -> None:
    batch_id = make_batch(installation)

    def close_after_one(_step: str, done: int = 0, _total: int = 0) -> None:
        if done == 1:
            installation.close_wave()

    with installation.context():
        send_invitations(installation.keys, postbox.server, batch_id, WORDS, close_after_one)
    assert len(postbox.taken) == 1
    with pytest.raises(MailRefused) as refusal:
        send(installation, postbox, batch_id)
    assert refusal.value.rule == "mail_wave_closed"


def test_neither_codes_nor_addresses_reach_the_log(
    installation: Installation, postbox: Postbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="survey_service")
    caplog.set_level(logging.DEBUG, logger="smtplib")
    caplog.handler.addFilter(lambda record: not record.name.startswith("mail."))  # the postbox's
    postbox.refused = {"p2@example.org"}
    batch_id = make_batch(installation)
    send(installation, postbox, batch_id)
    remind(installation, postbox.server, batch_id)
    codes = [CODE.findall(mail.get_content())[0] for _, mail in postbox.taken]
    assert len(codes) > 4
    for secret in (*codes, *(code.replace("-", "") for code in codes), "example.org", "Person"):
        assert secret not in caplog.text


@pytest.mark.parametrize("values", [
    {"to": "a@example.org\nBcc: x@example.org"}, {"subject": "Hej\r\nBcc: x@example.org"},
    {"sender": "svar@example.org\nBcc: x@example.org"},
])  # fmt: skip
def test_no_header_can_be_smuggled_into_a_mail(values: dict[str, str]) -> None:
    sender = values.get("sender", "svar@example.org")
    with pytest.raises(ValueError, match=r"linefeed|header|newline|invalid"):
        compose(
            MailServer("127.0.0.1", 25, "none", sender),
            values.get("to", "a@example.org"),
            Message(values.get("subject", "Hej"), "Hej\n"),
        )


# ---- Encryption on the way ----


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, key_file = tmp_path / "cert.pem", tmp_path / "key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key_file)
    return file, context


@pytest.fixture
def guarded_postbox(certificate: tuple[Path, ssl.SSLContext]) -> Iterator[Postbox]:
    """A server that takes mail only over STARTTLS and after signing in."""
    box = Postbox(free_port())

    def authenticate(
        _server: Any, _session: Any, _envelope: Any, _mechanism: Any, data: Any
    ) -> Any:
        is_known = data.login == b"svar" and data.password == b"hemmelig"
        return AuthResult(success=is_known, handled=False)

    controller = LoopbackController(
        box, hostname="127.0.0.1", port=box.port, tls_context=certificate[1], require_starttls=True,
        auth_required=True, authenticator=authenticate,
    )  # fmt: skip
    controller.start()
    yield box
    controller.stop()


@pytest.mark.parametrize(("trusts", "password", "rule"), [
    (True, "hemmelig", None), (True, "forkert", "mail_sign_in"),
    (False, "hemmelig", "mail_unreachable"),
])  # fmt: skip
def test_mail_travels_encrypted_to_a_server_whose_certificate_is_trusted_only(
    installation: Installation, guarded_postbox: Postbox,
    certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch,
    trusts: bool, password: str, rule: str | None,
) -> None:  # fmt: skip
    if trusts:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    server = MailServer("127.0.0.1", guarded_postbox.port, "starttls", "svar@randers.example",
                        username="svar", password=password)  # fmt: skip
    batch_id = make_batch(installation)
    with installation.context():
        if rule is None:
            done = send_invitations(installation.keys, server, batch_id, WORDS, told_nothing)
            assert done == Sent(sent=4)
            return
        with pytest.raises(MailRefused) as refusal:
            send_invitations(installation.keys, server, batch_id, WORDS, told_nothing)
    assert refusal.value.rule == rule
    assert guarded_postbox.taken == []


def test_the_password_is_never_shown_with_the_server() -> None:
    server = MailServer("h", 587, "starttls", "a@example.org", username="u", password="hemmelig")
    assert "hemmelig" not in repr(server)


@pytest.mark.parametrize(("section", "told"), [
    ('host = "mail.example"\nsender = "a@example.org"\nsecurity = "none"', "starttls or tls"),
    ('host = "mail.example"\nsender = "a"', "a mail address"),
    ('host = "mail.example"', "host and sender"),
    ('host = "mail.example"\nsender = "a@example.org"\nsecurity = "ssl"', "starttls, tls or none"),
    ('host = "mail.example"\nsender = "a@example.org"\nusername = "u"', "together"),
    ('host = "mail.example"\nsender = "a@example.org"\nport = 0', "port"),
    ('host = "m"\nsender = "a@example.org"\nusername = "u"\npassword_file = "open"', "mode 600"),
])  # fmt: skip
def test_settings_that_would_send_mail_unguarded_are_refused(
    tmp_path: Path, section: str, told: str
) -> None:
    (tmp_path / "open").write_text("hemmelig")
    (tmp_path / "open").chmod(0o644)
    (tmp_path / "settings.toml").write_text(f"[mail]\n{section}\n")
    with pytest.raises(SettingsRefused, match=told) as refusal:
        load_settings(tmp_path)
    assert "hemmelig" not in str(refusal.value)


def test_a_mail_server_is_read_from_the_settings(tmp_path: Path) -> None:
    (tmp_path / "mail.password").write_text("hemmelig\n")
    (tmp_path / "mail.password").chmod(0o600)
    (tmp_path / "settings.toml").write_text(
        'public_address = "https://svar.example"\n'
        '[mail]\nhost = "mail.example"\nsender = "Svar <svar@randers.example>"\n'
        'username = "svar"\npassword_file = "mail.password"\nreply_to = "post@randers.example"\n'
    )
    assert load_settings(tmp_path).mail == MailServer(
        "mail.example", 587, "starttls", "Svar <svar@randers.example>", "post@randers.example",
        "svar", "hemmelig",
    )  # fmt: skip


# ---- Reminders ----


def test_reminders_go_only_to_those_who_have_not_answered(
    installation: Installation, postbox: Postbox
) -> None:
    batch_id = make_batch(installation)
    send(installation, postbox, batch_id)
    mails = dict(postbox.taken)
    for name in ("p0", "p3"):
        answer_with(installation, mails[f"{name}@example.org"])
    postbox.taken.clear()
    remind(installation, postbox.server, batch_id)
    assert postbox.receivers == ["p1@example.org", "p2@example.org"]


def test_a_draft_is_no_answer(installation: Installation, postbox: Postbox) -> None:
    batch_id = make_batch(installation, 1)
    send(installation, postbox, batch_id)
    [code] = CODE.findall(postbox.taken[0][1].get_content())
    installation.visitor().enter(code).answer_first(2)
    postbox.taken.clear()
    remind(installation, postbox.server, batch_id)
    assert postbox.receivers == ["p0@example.org"]


def test_what_is_told_of_reminders_is_the_same_whoever_has_answered(
    build: Callable[..., Installation], postbox: Postbox
) -> None:
    told: list[list[object]] = []
    for name, answered_count in (("none", 0), ("all", 3)):
        installation = build(name)
        batch_id = make_batch(installation, 3)
        send(installation, postbox, batch_id)
        for _, mail in postbox.taken[-3:][:answered_count]:
            answer_with(installation, mail)
        steps: list[object] = []
        connections, waits = postbox.connections, []
        remind(installation, postbox.server, batch_id,
               lambda *step, steps=steps: steps.append(step), waits.append)  # fmt: skip
        [batch] = installation.rows("invitation_batch")
        seen: list[object] = [set(steps), postbox.connections - connections]
        seen += [batch["reminder_count"], batch["reminded_on"]]
        assert len(waits) == answered_count
        told.append(seen)
    assert told[0] == told[1]
    assert told[0][0] == {("mail_reminders",)}  # a step, and never how many are done


def test_the_waits_come_last_and_last_as_long_as_mails_do(
    installation: Installation, postbox: Postbox
) -> None:
    """Between the mails they would tell who needs none."""
    batch_id = make_batch(installation, 6)
    send(installation, postbox, batch_id)
    for _, mail in postbox.taken[:4]:
        answer_with(installation, mail)
    postbox.taken.clear()
    waits: list[tuple[int, float]] = []
    remind(installation, postbox.server, batch_id, told_nothing,
           lambda seconds: waits.append((len(postbox.taken), seconds)))  # fmt: skip
    assert [mails_before for mails_before, _ in waits] == [2] * 4
    assert all(seconds > 0 for _, seconds in waits)
    assert len({seconds for _, seconds in waits}) <= 2  # those of the two mails


def test_a_wave_that_closes_on_the_way_ends_the_reminders(
    installation: Installation, postbox: Postbox
) -> None:
    batch_id = make_batch(installation)
    send(installation, postbox, batch_id)
    for _, mail in postbox.taken[:2]:
        answer_with(installation, mail)
    postbox.taken.clear()

    def close_at_once(*_step: object) -> None:
        if installation.rows("invitation_batch")[0]["reminder_count"] and not postbox.taken:
            installation.close_wave()

    with pytest.raises(MailRefused) as refusal:
        remind(installation, postbox.server, batch_id, close_at_once)
    assert refusal.value.rule == "mail_wave_closed"
    assert postbox.taken == []


def test_no_row_of_the_database_tells_who_was_reminded(
    installation: Installation, postbox: Postbox
) -> None:
    batch_id = make_batch(installation)
    send(installation, postbox, batch_id)
    answer_with(installation, postbox.taken[0][1])
    before = installation.contents()
    remind(installation, postbox.server, batch_id)
    after = installation.contents()
    assert {table for table in before if before[table] != after[table]} == {"invitation_batch"}


def test_reminders_end_after_as_many_rounds_as_set_and_come_once_a_day_at_most(
    installation: Installation, postbox: Postbox
) -> None:
    batch_id = make_batch(installation, 1)
    remind(installation, postbox.server, batch_id)
    with pytest.raises(MailRefused) as refusal:
        remind(installation, postbox.server, batch_id)
    assert refusal.value.rule == "reminded_today"
    installation.clock.today = TODAY + timedelta(days=1)
    remind(installation, postbox.server, batch_id)
    installation.clock.today = TODAY + timedelta(days=2)
    with pytest.raises(MailRefused) as refusal:
        remind(installation, postbox.server, batch_id)
    assert refusal.value.rule == "reminders_used_up"
    assert len(postbox.taken) == 2


def test_a_round_counts_before_its_first_mail_and_not_where_no_server_answers(
    installation: Installation, postbox: Postbox
) -> None:
    batch_id = make_batch(installation, 1)
    with pytest.raises(MailRefused):
        remind(installation, Postbox(free_port()).server, batch_id)
    assert installation.rows("invitation_batch")[0]["reminder_count"] == 0

    def stop(*_step: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        remind(installation, postbox.server, batch_id, stop)
    assert installation.rows("invitation_batch")[0]["reminder_count"] == 1
    assert postbox.taken == []


# ---- From the browser ----


@pytest.fixture
def mailing_installation(
    tmp_path: Path, empty_database: Path, postbox: Postbox
) -> Iterator[Installation]:
    folder = tmp_path / "mailing"
    folder.mkdir()
    (folder / "settings.toml").write_text(
        f'public_address = "https://svar.example"\n[mail]\nhost = "127.0.0.1"\n'
        f'port = {postbox.port}\nsecurity = "none"\nsender = "svar@randers.example"\n'
    )
    built = build_installation(folder, empty_database)
    yield built
    with built.context():
        database.engine.dispose()


def sign_in(installation: Installation) -> Visitor:
    with installation.context():
        add_user("e@kommune.example", PASSWORD, Role.EVALUATOR, installation.municipality_id)
    visitor = installation.visitor()
    visitor.get("/arbejdsrum/log-ind")
    return visitor.submit("/arbejdsrum/log-ind", name="e@kommune.example", password=PASSWORD)


def wait_for_end(visitor: Visitor) -> Visitor:
    """Look at a job's page until it has ended."""
    until = monotonic() + 30
    while "data-reload" in visitor.html and monotonic() < until:
        sleep(0.05)
        visitor.get(visitor.path)
    return visitor


def test_sending_and_reminding_from_the_browser_tells_how_many_were_sent_and_not_who_reminded(
    mailing_installation: Installation, postbox: Postbox
) -> None:
    evaluator = sign_in(mailing_installation)
    batch = f"/arbejdsrum/invitationer/{make_batch(mailing_installation, 3)}"
    wait_for_end(evaluator.get(f"{batch}/send").submit(f"{batch}/send"))
    texts = load_texts(TEXTS)
    done = texts["job.mail_invitations.done"].read_in("da").format(sent=3, refused=0)
    assert done in evaluator.text
    assert len(postbox.taken) == 3
    answer_with(mailing_installation, postbox.taken[0][1])
    wait_for_end(evaluator.get(f"{batch}/paamind").submit(f"{batch}/paamind"))
    assert texts["job.mail_reminders.done"].read_in("da") in evaluator.text
    assert len(postbox.taken) == 5
    assert not CODE.findall(evaluator.html)


def test_a_project_writes_in_its_own_words_and_sends_itself_a_test(
    mailing_installation: Installation, postbox: Postbox
) -> None:
    evaluator = sign_in(mailing_installation)
    path = f"/arbejdsrum/projekt/{mailing_installation.project_id}/e-mail/invitation/da"
    words = {"subject": "Hils på os", "body": "Hej\r\n{link}\r\n{code} senest {deadline}"}
    evaluator.get(path).submit(path, **words, to="mig@randers.example", step="test")
    [(to, mail)] = postbox.taken
    assert (to, mail["Subject"]) == ("mig@randers.example", "Hils på os")
    assert "0000-0000-000 senest 1. april 2026" in mail.get_content()
    evaluator.submit(path, **words, step="save")
    batch = f"/arbejdsrum/invitationer/{make_batch(mailing_installation, 1)}"
    wait_for_end(evaluator.get(f"{batch}/send").submit(f"{batch}/send"))
    assert postbox.taken[-1][1]["Subject"] == "Hils på os"


def test_words_that_cannot_be_sent_are_refused_and_kept(
    mailing_installation: Installation, postbox: Postbox
) -> None:
    evaluator = sign_in(mailing_installation)
    path = f"/arbejdsrum/projekt/{mailing_installation.project_id}/e-mail/reminder/en"
    typed = {"subject": "Hello", "body": "Own words {name} {code} {link}"}
    evaluator.get(path).submit(path, **typed, step="save")
    assert evaluator.status == 400
    told = load_texts(TEXTS)["fault.place_unknown"].read_in("da").format(place="{name}")
    assert told in evaluator.text
    assert "Own words {name}" in evaluator.html
    smuggled = {"to": "a@example.org\nBcc: x@example.org", "body": "{code} {link}"}
    evaluator.submit(path, **(typed | smuggled), step="test")
    assert load_texts(TEXTS)["fault.email_invalid"].read_in("da") in evaluator.text
    assert postbox.taken == []
    assert mailing_installation.rows("message_text") == []


def test_reminder_letters_hold_no_code_and_printing_twice_is_one_round(
    mailing_installation: Installation,
) -> None:
    from io import BytesIO

    from pypdf import PdfReader

    evaluator = sign_in(mailing_installation)
    batch = f"/arbejdsrum/invitationer/{make_batch(mailing_installation, 2)}"
    evaluator.get(f"{batch}/delt-ud").submit(f"{batch}/delt-ud")
    fields = evaluator.get(batch).form(f"{batch}/paamindelser.pdf")
    for _ in range(2):
        page = evaluator.client.post(f"{batch}/paamindelser.pdf", data=fields)
        pages = [found.extract_text() for found in PdfReader(BytesIO(page.get_data())).pages]
        assert len(pages) == 2
        assert not CODE.findall("".join(pages))
        assert "Person 0" in pages[0]
    assert mailing_installation.rows("invitation_batch")[0]["reminder_count"] == 1
