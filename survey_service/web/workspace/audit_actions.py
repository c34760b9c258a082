"""Which step of the workspace is entered in the audit log, and by which word.

Every address that changes something has its word here, as has every file that can be taken home; a
test walks the addresses. Pages that are only read are not entered, but for those that show people's
own words.
"""

from collections.abc import Mapping

from survey_service.jobs import JobEnd

OTHER = "other_change"
"""A change whose address was forgotten here: entered all the same."""

CHANGES: Mapping[str, str | Mapping[str, str]] = {
    "kiosk.pair": "tablet_paired",
    "kiosk.revoke": "tablet_revoked",
    "workspace.account": "account_changed",
    "workspace.add_account": "account_added",
    "workspace.all_briefs": "all_briefs_ordered",
    "workspace.brief": "brief_made",
    "workspace.brief_words": "brief_words_saved",
    "workspace.cancel_job": "job_cancelled",
    "workspace.change_account": {
        "aktiver": "account_enabled",
        "deaktiver": "account_disabled",
        "nulstil": "account_password_reset",
    },
    "workspace.change_wave": {"aabn": "wave_opened", "luk": "wave_closed"},
    "workspace.decide": "decision_added",
    "workspace.decision_done": "decision_marked",
    "workspace.earlier_waves": "import_uploaded",
    "workspace.end_two_step": "two_step_ended",
    "workspace.forget_import": "import_forgotten",
    "workspace.forget_kept_form": "kept_form_discarded",
    "workspace.hand_out_batch": "batch_handed_out",
    "workspace.import_columns": "import_described",
    "workspace.import_trial": "import_carried_out",
    "workspace.import_values": "import_described",
    "workspace.import_wave": "import_described",
    "workspace.invite_codes": "codes_made",
    "workspace.invite_list": "list_invited",
    "workspace.mail_batch": "invitations_mailed",
    "workspace.message_text": "message_changed",
    "workspace.municipalities": "municipality_added",
    "workspace.new_project": "project_added",
    "workspace.open_links": "open_link_made",
    "workspace.own_password": "own_password_changed",
    "workspace.poster": "poster_fetched",
    "workspace.publish": "release_published",
    "workspace.recovery_codes": "recovery_codes_made",
    "workspace.release": "release_worked_out",
    "workspace.remind_batch": "reminders_mailed",
    "workspace.reminder_letters": "reminder_letters_fetched",
    "workspace.remove_decision": "decision_removed",
    "workspace.rename_municipality": "municipality_renamed",
    "workspace.review_words": "text_reviewed",
    "workspace.setup_basics": "project_changed",
    "workspace.setup_comparison": "comparison_settled",
    "workspace.setup_contacts": "contacts_changed",
    "workspace.setup_instruments": "questionnaires_chosen",
    "workspace.setup_notice": "notice_changed",
    "workspace.setup_roster": "roster_changed",
    "workspace.setup_roster_copy": "roster_changed",
    "workspace.setup_roster_list": "roster_changed",
    "workspace.setup_unit": "units_changed",
    "workspace.setup_unit_below": "units_changed",
    "workspace.setup_unit_list": "units_changed",
    "workspace.setup_unit_remove": "unit_removed",
    "workspace.setup_units": "units_changed",
    "workspace.setup_wave_remove": "wave_removed",
    "workspace.setup_waves": "waves_planned",
    "workspace.sign_out": "signed_out",
    "workspace.sign_out_everywhere": "signed_out_everywhere",
    "workspace.two_step": "two_step_begun",
    "workspace.undo_import": "import_undone",
    "workspace.withdraw_links": "open_links_withdrawn",
}
"""By endpoint, and by the step its address names where it has several."""

DOWNLOADS: Mapping[str, str] = {
    "workspace.audit_file": "audit_fetched",
    "workspace.batch_document": "letters_fetched",
    "workspace.brief_file": "brief_made",
    "workspace.figure_picture": "figures_fetched",
    "workspace.figure_table": "figures_fetched",
    "workspace.job_file": "job_file_fetched",
    "workspace.result_tables": "figures_fetched",
}
"""Files that are taken home by reading an address."""

READINGS: Mapping[str, str] = {
    "workspace.own_words_group": "texts_read",
    "workspace.own_words_text": "texts_read",
}
"""Pages whose reading is entered: they show what one person wrote."""

SIGN_INS = frozenset({"workspace.sign_in", "workspace.sign_in_code"})
"""Changes too, entered by what came of them: `auditing.sign_in_action`."""

ANSWERS_WITH_A_PAGE = frozenset(
    {
        "kiosk.pair",
        "workspace.add_account",
        "workspace.brief",
        "workspace.change_account",
        "workspace.open_links",
        "workspace.poster",
        "workspace.recovery_codes",
        "workspace.reminder_letters",
        "workspace.two_step",
    }
)
"""Changes that are done when a page or file comes; others are when they lead to another page."""

ANSWERS_WITH_A_FILE = frozenset(
    {"workspace.brief", "workspace.poster", "workspace.reminder_letters"}
)
"""Of those, what is not done where it leads to another page instead of a file."""

OBJECTS: Mapping[str, str] = {
    "decision_id": "decision",
    "account_id": "account",
    "batch_id": "batch",
    "job_id": "job",
    "upload_id": "upload",
    "kiosk_id": "tablet",
    "wave_id": "wave",
    "unit_id": "unit",
    "project_id": "project",
    "municipality_id": "municipality",
}
"""What an address is about, the smallest first. Nothing here is one of those who are invited."""


def find_action(endpoint: str, step: object) -> str:
    """Return the word of a change, OTHER where its address was forgotten."""
    found = CHANGES.get(endpoint, OTHER)
    return found if isinstance(found, str) else found.get(str(step), OTHER)


def known_actions() -> set[str]:
    """Return every word the pages enter, and the work they begin."""
    words = {OTHER, *DOWNLOADS.values(), *JobEnd}
    for found in CHANGES.values():
        words |= {found} if isinstance(found, str) else set(found.values())
    return words | {"signed_in", "password_accepted", "sign_in_failed", "sign_in_locked_out"}
