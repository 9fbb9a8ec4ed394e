"""Where shell text stands in files of all kinds: one kind of file is one module."""
