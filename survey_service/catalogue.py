"""One line per reader of questionnaires/."""
