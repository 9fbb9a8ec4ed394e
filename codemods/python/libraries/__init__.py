"""HTTP libraries: one library is one file."""
