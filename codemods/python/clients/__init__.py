"""Client libraries of CircleCI's API."""
