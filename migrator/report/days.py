"""How much time is left, in words."""

from __future__ import annotations


def countdown(days: int) -> str:
    """A sentence about the days until the endpoints are removed."""
    if days > 1:
        return f"{days} days are left: CircleCI removes these endpoints on 1 February 2027."
    if days >= 0:
        return f"{'One day is' if days else 'No day is'} left: CircleCI removes these endpoints on 1 February 2027."
    return "CircleCI has removed these endpoints on 1 February 2027: the calls answer 410 Gone."
