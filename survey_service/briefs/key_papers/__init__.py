"""Half a key on paper, for somebody to lock away: a page as tagged PDF, or the same as text."""

from survey_service.briefs.key_papers.page import write_page
from survey_service.briefs.key_papers.words import KeyPaper, write_text

__all__ = ["KeyPaper", "write_page", "write_text"]
