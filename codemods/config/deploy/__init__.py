"""The deprecated `deploy` step: what becomes of it in version 2.1."""
