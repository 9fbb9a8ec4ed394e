"""What the user gets to read: a Report in one format per file."""
