"""Changes to a CircleCI config: one kind of change is one file."""
