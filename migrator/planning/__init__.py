"""From files to planned, proved edits, over all repositories of a run at once."""
