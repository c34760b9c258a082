"""Background work: started from a page, followed and stopped from any process."""

from survey_service.jobs.entering import JobEnd
from survey_service.jobs.result_files import ResultFile
from survey_service.jobs.running import (
    JobState,
    cancel_job,
    find_job,
    forget_old_jobs,
    give_up_lost_jobs,
    start_job,
)
from survey_service.jobs.work import (
    Cancelled,
    JobFailed,
    JobRequest,
    JobResult,
    Tell,
)

__all__ = [
    "Cancelled",
    "JobEnd",
    "JobFailed",
    "JobRequest",
    "JobResult",
    "JobState",
    "ResultFile",
    "Tell",
    "cancel_job",
    "find_job",
    "forget_old_jobs",
    "give_up_lost_jobs",
    "start_job",
]
