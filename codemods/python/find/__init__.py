"""Find the requests of a program."""
