"""Calls in shell text."""
