"""Write the new request."""
