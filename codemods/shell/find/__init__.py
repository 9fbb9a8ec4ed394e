"""Find the commands that send requests."""
