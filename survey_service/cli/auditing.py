"""What the commands enter in the audit log: those that change something or take figures out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import click

if TYPE_CHECKING:
    from flask import Flask

ACTIONS = {
    "audit list": "audit_fetched",
    "backup": "backup_written",
    "brief": "brief_made",
    "compare": "comparison_printed",
    "import": "import_carried_out",
    "keys drill": "key_drilled",
    "keys escrow": "key_escrowed",
    "keys restore": "key_restored",
    "keys rotate": "key_rotated",
    "purge": "upkeep_done",
    "users add": "account_added",
    "users disable": "account_disabled",
    "users reset": "account_password_reset",
}
"""By command; others only read, or set up what there is no log for yet."""

_KEPT = "survey_service.cli.auditing"


@dataclass
class _Step:
    """A command that opened its installation, and what it is about once that is known."""

    app: "Flask"
    action: str
    is_trial: bool
    object_of: tuple[str, str] = ("", "")


def remember(app: "Flask") -> None:
    """Keep the installation a command works on, so that what it does can be entered."""
    context = click.get_current_context(silent=True)
    if context is None:
        return
    names: list[str] = []
    here = context
    while here.parent is not None:
        names.insert(0, here.info_name or "")
        here = here.parent
    action = ACTIONS.get(" ".join(names))
    if action is not None:
        context.meta[_KEPT] = _Step(app, action, bool(context.params.get("dry_run")))


def name_object(kind: str, object_id: UUID | str) -> None:
    """Say what the command that runs is about."""
    context = click.get_current_context(silent=True)
    step = None if context is None else context.meta.get(_KEPT)
    if step is not None:
        step.object_of = (kind, str(object_id))


@contextmanager
def entering(context: click.Context) -> Iterator[None]:
    """Enter what the command inside did, and how it ended.

    One that ends before it opens its installation did nothing, and there is nowhere to enter it.
    """
    outcome = "failed"
    try:
        yield
        outcome = "done"
    except (SystemExit, click.exceptions.Exit) as end:
        code = end.code if isinstance(end, SystemExit) else end.exit_code
        outcome = "refused" if code else "done"
        raise
    except click.ClickException:
        outcome = "refused"
        raise
    finally:
        step = context.meta.get(_KEPT)
        if step is not None:
            _enter(step, "unfinished" if step.is_trial and outcome == "done" else outcome)


def _enter(step: _Step, outcome: str) -> None:
    from survey_service.accounts import audit

    keys, now = step.app.extensions["survey_keys"], step.app.extensions["survey_now"]()
    with step.app.app_context():
        audit.record(
            keys, audit.TERMINAL, step.action, step.object_of, audit.Outcome(outcome), now=now
        )
