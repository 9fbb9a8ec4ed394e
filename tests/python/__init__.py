"""Python callers: found, rewritten, and run before and after against a server that records what arrives."""
