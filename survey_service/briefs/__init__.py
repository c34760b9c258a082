"""Released findings on paper: tagged PDF that a committee, a leader or a citizen can read."""
