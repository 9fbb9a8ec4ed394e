"""What the migration adds and how callers reach it."""
