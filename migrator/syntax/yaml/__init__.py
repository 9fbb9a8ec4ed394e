"""YAML by its text."""
