"""A repository on disk: which files, which project, git, and writing back."""
