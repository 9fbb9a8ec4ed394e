"""Locating things in text: YAML, shell, curl. Nothing in here knows CircleCI."""
