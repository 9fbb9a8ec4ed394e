"""The tests of everything at the edges: git, files, settings, the command line and what it prints."""
