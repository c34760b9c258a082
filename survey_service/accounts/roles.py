"""What somebody who signs in may do."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody who signs in may do."""

    ADMINISTRATOR = "administrator"
    EVALUATOR = "evaluator"
    UNIT_LEADER = "unit_leader"
    CASE_REVIEWER = "case_reviewer"
    VIEWER = "viewer"


LIMITED_TO_UNITS = frozenset({Role.UNIT_LEADER, Role.CASE_REVIEWER, Role.VIEWER})
"""Roles that can be limited to parts of the unit tree; the others work on whole projects."""
