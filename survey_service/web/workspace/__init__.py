"""The signed-in pages of the evaluator."""
