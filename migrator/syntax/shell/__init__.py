"""Shell: commands, words, values; the command lines of curl and jq."""
