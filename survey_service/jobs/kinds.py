"""The kinds of background work, by the name they are started with.

What a kind needs is imported when it is begun: a process that only takes answers never loads it.
"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from uuid import UUID

from flask import current_app

from survey_service.jobs.result_files import ResultFile
from survey_service.jobs.work import Cancelled, JobFailed, JobRequest, JobResult, Work

if TYPE_CHECKING:
    from survey_service.fieldwork.mailing import MailServer, Words


def make_release(request: JobRequest) -> JobResult:
    """Compute the figures of all closed waves and freeze them; `values`: the release's number.

    It is not published: that is a step of its own.
    """
    from survey_service.reporting.earlier_releases import ReleaseOvertaken, TooFewChanged
    from survey_service.reporting.releasing import NothingToRelease, prepare_release

    try:
        number = prepare_release(request.project_id, request.today, request.tell, request.keys)
    except NothingToRelease as error:
        raise JobFailed("nothing_to_release") from error
    except TooFewChanged as error:
        raise JobFailed("release_stands") from error
    except ReleaseOvertaken as error:
        raise JobFailed("release_overtaken") from error
    return JobResult({"number": number})


def make_briefs(request: JobRequest) -> JobResult:
    """Write every brief of a release in both languages as one archive to fetch."""
    from survey_service.briefs.context import TalkTo
    from survey_service.reporting.brief_archive import OnEveryBrief, write_brief_archive
    from survey_service.reporting.releasing import ReleaseUnknown, find_release
    from survey_service.texts import LANGUAGES

    number = int(cast("Any", request.parameters)["number"])
    try:
        release = find_release(request.project_id, number)
    except ReleaseUnknown as error:
        raise JobFailed("no_such_release") from error

    settings = current_app.extensions["survey_settings"]
    contacts = tuple(TalkTo(found.name, found.phone, found.note) for found in settings.contacts)
    own = OnEveryBrief(contacts, settings.accessibility_url)

    def write(target: BinaryIO) -> None:
        write_brief_archive(target, release, LANGUAGES, request.tell, own)

    name = f"resultatbreve-{number}{'' if release.is_published else '-udkast'}.zip"
    return JobResult({"number": number}, ResultFile(name, "application/zip", write))


def send_invitations(request: JobRequest) -> JobResult:
    """Mail a batch; `values`: how many were sent, refused, and may or may not have arrived."""
    from survey_service.fieldwork import mailing

    batch_id, words = _mail_parameters(request)
    try:
        done = mailing.send_invitations(request.keys, _mail_server(), batch_id, words, request.tell)
    except mailing.MailRefused as error:
        raise JobFailed(error.rule) from error
    except mailing.MailInterrupted as error:
        raise JobFailed("mail_interrupted", **asdict(error.sent)) from error
    except Cancelled:
        raise JobFailed("mail_stopped") from None
    return JobResult({"batch": batch_id.hex, **asdict(done)})


def send_reminders(request: JobRequest) -> JobResult:
    """Remind those of a batch who have not answered; what it came to tells of nobody."""
    from survey_service.fieldwork import mailing

    batch_id, words = _mail_parameters(request)
    try:
        mailing.send_reminders(
            request.keys, _mail_server(), batch_id, words, request.today, request.tell
        )
    except mailing.MailRefused as error:
        raise JobFailed(error.rule) from error
    except Cancelled:
        raise JobFailed("reminders_stopped") from None
    return JobResult({"batch": batch_id.hex})


def _mail_server() -> "MailServer":
    found: MailServer | None = current_app.extensions["survey_settings"].mail
    if found is None:
        raise JobFailed("mail_not_set_up")
    return found


def _mail_parameters(request: JobRequest) -> tuple[UUID, "Words"]:
    from survey_service.fieldwork.mailing import Words

    found = cast("Any", request.parameters)
    words = Words(found["address"], found["deadline"], found["contact"])
    return UUID(hex=found["batch"]), words


def import_wave(request: JobRequest) -> JobResult:
    """Store an uploaded file as a wave; `values`: the wave and how many responses came in."""
    from survey_service.faults import InputRefused
    from survey_service.fieldwork import importing

    upload_id = UUID(hex=str(request.parameters["upload"]))
    try:
        wave_id = importing.import_wave(
            request.keys, request.project_id, upload_id, request.today, request.tell
        )
    except InputRefused as refusal:
        raise JobFailed("import_refused") from refusal
    return JobResult({"wave": wave_id.hex, "count": importing.count_imported(wave_id)})


KINDS: dict[str, Work] = {
    "release": make_release,
    "briefs": make_briefs,
    "mail_invitations": send_invitations,
    "mail_reminders": send_reminders,
    "import": import_wave,
}
"""Whoever adds a kind adds its texts: `job.<kind>.…`, and `job.step.…` for its steps."""
