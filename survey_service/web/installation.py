"""What the pages take from the installation they run in: its keys, its calendar and its clock."""

from datetime import date, datetime
from typing import cast

from flask import current_app

from survey_service.storage.keys import KeyStore


def the_keys() -> KeyStore:
    """Return the installation's key files."""
    return cast("KeyStore", current_app.extensions["survey_keys"])


def the_day() -> date:
    """Return the date in Denmark."""
    return cast("date", current_app.extensions["survey_today"]())


def the_moment() -> datetime:
    """Return the moment, in UTC."""
    return cast("datetime", current_app.extensions["survey_now"]())
