"""Pages: answering (public) and the evaluator's workspace (signed in)."""
