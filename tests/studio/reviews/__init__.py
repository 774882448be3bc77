"""Comments of reviewers."""
