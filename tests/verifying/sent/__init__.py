"""v2 calls as they are made: each is run, and what reaches the server is held against what is said of it."""
