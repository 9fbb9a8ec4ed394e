"""Calls in Python programs."""
