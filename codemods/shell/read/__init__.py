"""Read what a request carries."""
