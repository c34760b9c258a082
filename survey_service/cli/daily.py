"""The server's own upkeep: a thread in each of its processes that looks once an hour."""

import threading
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask

SECONDS_BETWEEN_LOOKS = 3600.0


def start_upkeep(app: "Flask", pause: float = SECONDS_BETWEEN_LOOKS) -> threading.Thread:
    """Start the thread and return it; the first process to come in a day does the work.

    Args:
        app: the application whose installation is kept.
        pause: seconds between two looks.
    """
    thread = threading.Thread(target=_look_for_ever, args=(app, pause), name="upkeep", daemon=True)
    thread.start()
    return thread


def _look_for_ever(app: "Flask", pause: float) -> None:
    wait = threading.Event().wait
    while True:
        _look(app)
        wait(pause)


def _look(app: "Flask") -> None:
    from survey_service.accounts.audit import shorten
    from survey_service.accounts.lock_out import forget_old_failures
    from survey_service.cli.purging import tell_of_purges
    from survey_service.fieldwork.upkeep import daily_upkeep
    from survey_service.jobs import forget_old_jobs, give_up_lost_jobs

    keys, today = app.extensions["survey_keys"], app.extensions["survey_today"]()
    instance = app.extensions["survey_settings"].instance
    try:
        with app.app_context():
            forget_old_failures(app.extensions["survey_now"]())
            months = app.extensions["survey_settings"].audit_months
            shorten(keys, months, app.extensions["survey_now"]())
            give_up_lost_jobs(app)
            forget_old_jobs(instance)
            if daily_upkeep(keys, today, instance / "upkeep.done"):
                tell_of_purges(app)
    except Exception as error:  # noqa: BLE001 - whatever it is: the pages go on, the next look too
        # Its kind alone: a message may repeat what was stored.
        click.echo(f"upkeep: {type(error).__name__}; trying again within the hour", err=True)
