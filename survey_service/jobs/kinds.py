"""The kinds of background work, by the name they are started with.

What a kind needs is imported when it is begun: a process that only takes answers never loads it.
"""

from survey_service.jobs.work import JobFailed, JobRequest, JobResult, Work


def make_release(request: JobRequest) -> JobResult:
    """Compute the figures of all closed waves and freeze them; `values`: the release's number."""
    from survey_service.reporting.releasing import (
        NothingToRelease,
        TooFewChanged,
        release_project,
    )

    request.tell("reading")
    try:
        number = release_project(request.project_id, request.today)
    except NothingToRelease as error:
        raise JobFailed("nothing_to_release") from error
    except TooFewChanged as error:
        raise JobFailed("release_stands") from error
    return JobResult({"number": number})


KINDS: dict[str, Work] = {"release": make_release}
"""Whoever adds a kind adds its texts: `job.<kind>.…`, and `job.step.…` for its steps."""
