"""Programs of jq."""
