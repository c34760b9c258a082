"""Whoever saves something in the workspace is told so, once, on the page it leads to."""

from builders import Installation, Visitor

from survey_service.accounts.sign_in import Role, add_user
from survey_service.texts import load_texts
from survey_service.web.language import TEXTS
from survey_service.web.workspace.audit_actions import CHANGES

PASSWORD = "en lang adgangskode"
TOLD_BY_THE_PAGE_ITSELF = {
    # The page that follows shows what was made, in place of a sentence about it.
    "account_added", "account_password_reset", "brief_made", "codes_made", "list_invited",
    "open_link_made", "poster_fetched", "recovery_codes_made", "reminder_letters_fetched",
    "tablet_paired", "tablet_revoked", "two_step_begun", "import_uploaded", "text_reviewed",
    "kept_form_discarded",
    # Told with the name of whom it was about, or of what became of it.
    "account_changed", "account_disabled", "account_enabled", "import_undone",
    "own_password_changed", "two_step_ended",
    # Work in the background, whose page tells how far it is.
    "all_briefs_ordered", "import_carried_out", "invitations_mailed", "job_cancelled",
    "release_worked_out", "reminders_mailed",
    # Whoever signs out sees where they are.
    "signed_out", "signed_out_everywhere",
}  # fmt: skip


def evaluator_of(installation: Installation) -> Visitor:
    with installation.context():
        add_user("kari@example.org", PASSWORD, Role.EVALUATOR, installation.municipality_id)
    visitor = installation.visitor().get("/arbejdsrum/log-ind")
    return visitor.submit("/arbejdsrum/log-ind", name="kari@example.org", password=PASSWORD)


def test_every_step_is_told_of_in_words_or_by_its_page():
    told = {key.removeprefix("workspace.done.") for key in load_texts(TEXTS)
            if key.startswith("workspace.done.")}  # fmt: skip
    steps = {
        word
        for found in CHANGES.values()
        for word in ([found] if isinstance(found, str) else found.values())
    }
    assert told | (TOLD_BY_THE_PAGE_ITSELF & steps) == steps
    assert not told & TOLD_BY_THE_PAGE_ITSELF


def test_what_was_saved_is_told_once_and_kept_by_no_browser(installation: Installation):
    visitor = evaluator_of(installation)
    contacts = f"/arbejdsrum/projekt/{installation.project_id}/opsaetning/kontakter"
    visitor.get(contacts)
    assert 'role="status"' not in visitor.html
    visitor.submit(contacts, name_da_1="Værestedet", phone_1="87 12 34 56")
    assert visitor.html.count('role="status"') == 1
    assert "Kontakterne er gemt." in visitor.text
    assert visitor.page is not None
    assert visitor.page.headers["Cache-Control"] == "no-store"
    assert "Kontakterne er gemt." not in visitor.get(visitor.path).text


def test_what_was_refused_is_not_called_saved(installation: Installation):
    visitor = evaluator_of(installation)
    contacts = f"/arbejdsrum/projekt/{installation.project_id}/opsaetning/kontakter"
    visitor.get(contacts).submit(contacts, name_da_1="Værestedet", phone_1="")
    assert visitor.status == 400
    assert "gemt" not in visitor.get(contacts).text.split("Kontakter", 1)[0]
    assert 'role="status"' not in visitor.html


def test_whoever_was_signed_out_meanwhile_is_not_told_that_it_was_saved(
    installation: Installation,
):
    visitor = evaluator_of(installation)
    contacts = f"/arbejdsrum/projekt/{installation.project_id}/opsaetning/kontakter"
    fields = visitor.get(contacts).form(contacts)
    visitor.client.delete_cookie("sitting")
    visitor.post(contacts, **fields)
    assert "Kontakterne er gemt." not in visitor.text
