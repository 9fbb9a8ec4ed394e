"""What callers really send, against what the tool reads."""
