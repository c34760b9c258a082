"""The installation's own keys replaced: nothing is lost, and nothing half done stays."""

from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from audit_builder import add_entries, chain_of, entries_of, tamper, told
from builders import Installation
from click.testing import CliRunner, Result

from survey_service.accounts import two_step
from survey_service.accounts.administration import Scope, add_account
from survey_service.accounts.audit_chain import Break
from survey_service.accounts.key_rotation import rotate, settle_accounts_key
from survey_service.cli import main
from survey_service.fieldwork.offline import PacketRefused, make_ticket, read_ticket
from survey_service.storage.accounts import AccountRecord
from survey_service.storage.keys import GlobalKey, KeyStore
from survey_service.web.application import create_app

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 4, 13, 0, tzinfo=UTC)


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--instance", str(folder), *arguments])


@pytest.fixture
def eva(installation: Installation) -> tuple[AccountRecord, str]:
    """Somebody with two-step sign-in, and the secret on their telephone."""
    with installation.context():
        account, _ = add_account(None, "eva@x.example", Scope("administrator", None, ()), NOON)
        start = two_step.start_two_step(installation.keys, account, "Service")
        code = pyotp.TOTP(start.secret).at(NOON)
        two_step.confirm_two_step(installation.keys, account, start.sealed, code, NOON)
    return account, start.secret


def signs_in(installation: Installation, eva: tuple[AccountRecord, str]) -> bool:
    account, secret = eva
    with installation.context():
        code = pyotp.TOTP(secret).at(LATER)
        return two_step.check_code(installation.keys, account, code, LATER)


def interrupt(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_one_time_passwords_go_on_under_the_new_accounts_key_and_the_old_one_is_gone(
    installation: Installation, eva: tuple[AccountRecord, str]
) -> None:
    before = installation.keys.accounts_key()
    [sealed] = [row["sealed_totp_secret"] for row in installation.rows("account")]
    result = run(installation.folder, "keys", "rotate", "--kind", "accounts")
    assert result.exit_code == 0, result.stderr
    assert "one-time codes of 1 accounts go on as before" in result.stdout
    assert installation.keys.accounts_key() != before
    [anew] = [row["sealed_totp_secret"] for row in installation.rows("account")]
    assert anew != sealed
    secrets = {path.read_text() for path in (installation.folder / "keys").iterdir()}
    assert before.secret.hex() not in secrets
    assert signs_in(installation, eva)
    assert installation.rows("recovery_code") == []
    assert told(installation)[-1] == ("key_rotated", "", "done")
    assert entries_of(installation)[-1]["object_id"] == "accounts"


def test_what_stops_before_the_secrets_are_stored_leaves_the_key_in_use(
    installation: Installation, eva: tuple[AccountRecord, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = installation.keys.accounts_key()
    monkeypatch.setattr("survey_service.storage.sealed_values.delete_hashes_of_accounts", interrupt)
    with installation.context(), pytest.raises(KeyboardInterrupt):
        rotate(installation.keys, GlobalKey.ACCOUNTS, NOON)
    assert installation.keys.find_next(GlobalKey.ACCOUNTS) is not None
    with installation.context():
        assert settle_accounts_key(installation.keys)
        assert not settle_accounts_key(installation.keys)
    assert installation.keys.accounts_key() == before
    assert len(installation.rows("recovery_code")) == 10
    assert signs_in(installation, eva)


def test_what_stops_after_the_secrets_are_stored_is_carried_on_by_the_next_command(
    installation: Installation, eva: tuple[AccountRecord, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = installation.keys.accounts_key()
    monkeypatch.setattr(KeyStore, "adopt_next", interrupt)
    with installation.context(), pytest.raises(KeyboardInterrupt):
        rotate(installation.keys, GlobalKey.ACCOUNTS, NOON)
    monkeypatch.undo()
    assert installation.keys.accounts_key() == before
    assert run(installation.folder, "keys", "list").exit_code == 0
    assert installation.keys.accounts_key() != before
    assert signs_in(installation, eva)


def test_a_running_server_signs_with_the_new_session_key_once_it_is_started_again(
    installation: Installation,
) -> None:
    [code] = installation.invite("p1")
    visitor = installation.visitor()
    visitor.enter(code).answer_first(2)
    ticket = _ticket(installation)
    result = run(installation.folder, "keys", "rotate", "--kind", "session")
    assert "start the server again" in result.stdout
    assert visitor.question(3).status == 200
    restarted = create_app(installation.folder, today=installation.clock)
    again = restarted.test_client()
    cookie = visitor.client.get_cookie("sitting")
    assert cookie is not None
    again.set_cookie("sitting", cookie.value)
    assert again.get("/svar/3").status_code != 200
    # What waits on a device was signed under the earlier key, and can still be delivered.
    assert read_ticket(installation.keys, ticket)[0] == installation.waves["baseline"]
    (installation.folder / "keys" / "session-1.key").unlink()
    with pytest.raises(PacketRefused):
        read_ticket(installation.keys, ticket)
    # And nothing answered was lost.
    installation.app = restarted
    assert 'href="/svar/3"' in installation.visitor().enter(code).html


def _ticket(installation: Installation) -> str:
    [response] = installation.rows("response")
    with installation.context():
        return make_ticket(installation.keys, installation.waves["baseline"], response["id"])  # type: ignore[arg-type]


def test_the_audit_log_goes_on_under_new_keys_and_all_of_it_can_be_checked(
    installation: Installation,
) -> None:
    add_entries(installation, 2)
    for number in (1, 2):
        result = run(installation.folder, "keys", "rotate", "--kind", "audit")
        assert result.exit_code == 0, result.stderr
        assert f"keep audit-{number}.key" in result.stdout
        add_entries(installation, 2)
    state = chain_of(installation)
    assert (state.entry_count, state.holds) == (10, True)
    assert chain_of(installation, 6).holds
    actions = [row["action"] for row in entries_of(installation)]
    assert actions.count("audit_key_changed") == 2
    result = run(installation.folder, "audit", "verify")
    assert (result.exit_code, result.stdout) == (0, "10 entries, each as it was written\n")


def test_who_has_the_earlier_audit_key_alone_changes_nothing_unnoticed(
    installation: Installation,
) -> None:
    from dataclasses import replace

    from survey_service.accounts.audit_chain import seal_entry
    from survey_service.storage.audit import AuditRecord

    add_entries(installation, 2)
    stolen = installation.keys.audit_key()
    with installation.context():
        rotate(installation.keys, GlobalKey.AUDIT, NOON)
    second = AuditRecord(**entries_of(installation)[1])
    forged = seal_entry(stolen, replace(second, action="wave_closed"))
    tamper(
        installation,
        "UPDATE audit_entry SET action = :action, entry_hash = :entry_hash WHERE position = 2",
        action=forged.action,
        entry_hash=forged.entry_hash,
    )
    state = chain_of(installation)
    assert (state.position, state.kind) == (3, Break.UNLINKED)


def test_entries_whose_earlier_key_is_gone_cannot_be_checked_and_the_rest_can(
    installation: Installation,
) -> None:
    add_entries(installation, 2)
    with installation.context():
        rotate(installation.keys, GlobalKey.AUDIT, NOON)
    add_entries(installation, 1)
    (installation.folder / "keys" / "audit-1.key").unlink()
    state = chain_of(installation)
    assert (state.position, state.kind) == (1, Break.KEY_LOST)
    assert chain_of(installation, 3).holds
    result = run(installation.folder, "audit", "verify")
    assert result.exit_code == 1
    assert result.stderr.startswith("entry 1: expected the earlier key it was written with")


@pytest.mark.parametrize(
    ("stopped_at", "is_carried_on"),
    [("keep_as_earlier", False), ("make_next", False), ("adopt_next", True)],
)
def test_a_replacing_of_the_audit_key_that_stops_anywhere_leaves_one_whole_chain(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    stopped_at: str,
    is_carried_on: bool,
) -> None:
    add_entries(installation, 2)
    before = installation.keys.audit_key()
    plain = getattr(KeyStore, stopped_at)

    def stop(store: KeyStore, kind: GlobalKey) -> None:
        if stopped_at != "adopt_next":
            plain(store, kind)
        raise KeyboardInterrupt

    monkeypatch.setattr(KeyStore, stopped_at, stop)
    with installation.context(), pytest.raises(KeyboardInterrupt):
        rotate(installation.keys, GlobalKey.AUDIT, NOON)
    monkeypatch.undo()
    add_entries(installation, 1)  # a running server enters what it does
    assert (installation.keys.audit_key() != before) is is_carried_on
    assert chain_of(installation).holds
    with installation.context():
        rotate(installation.keys, GlobalKey.AUDIT, NOON)
    add_entries(installation, 1)
    assert chain_of(installation).holds


def test_a_replacing_that_stops_before_the_head_is_written_is_carried_on(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_entries(installation, 2)
    monkeypatch.setattr("survey_service.storage.audit_head.HeadFile.write", interrupt)
    with installation.context(), pytest.raises(KeyboardInterrupt):
        rotate(installation.keys, GlobalKey.AUDIT, NOON)
    monkeypatch.undo()
    add_entries(installation, 1)
    state = chain_of(installation)
    assert (state.entry_count, state.holds) == (4, True)


def test_entries_written_while_the_audit_key_is_replaced_stay_in_one_chain(
    installation: Installation,
) -> None:
    import threading

    add_entries(installation, 1)
    writer = threading.Thread(target=add_entries, args=(installation, 20))
    writer.start()
    for _ in range(3):
        with installation.context():
            rotate(installation.keys, GlobalKey.AUDIT, NOON)
    writer.join()
    state = chain_of(installation)
    assert (state.entry_count, state.holds) == (24, True)
