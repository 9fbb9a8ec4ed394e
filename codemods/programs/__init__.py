"""Calls in programs of other languages, which are reported and not rewritten."""
