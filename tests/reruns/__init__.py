"""Reruns of builds: rewritten, and run before and after."""
