"""Follow the reply of a request."""
