"""JSON text, also with holes."""
