"""What the commands do, free of how they are spelled: search, analyse, maybe write, print, and an exit status."""
