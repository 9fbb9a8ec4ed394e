"""What a config or a v1.1 call runs, and what can be seen of it."""
