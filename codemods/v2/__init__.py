"""Calls that are on v2 already."""
