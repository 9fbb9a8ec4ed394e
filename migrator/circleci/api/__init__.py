"""CircleCI's API: the requests of v1, v1.1 and v2, free of how they are written."""
