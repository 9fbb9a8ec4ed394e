"""Hypothesis without a deadline: a loaded machine is no failure."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("compiler", deadline=None)
settings.load_profile("compiler")
