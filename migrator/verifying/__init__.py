"""What a migration keeps, call by call."""
