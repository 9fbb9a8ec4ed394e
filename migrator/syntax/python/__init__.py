"""Python: names, values, and edits in place."""
