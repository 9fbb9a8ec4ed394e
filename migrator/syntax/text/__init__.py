"""Texts, regions of other languages inside them, edits."""
