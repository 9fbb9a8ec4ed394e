"""Commands that a program runs."""
