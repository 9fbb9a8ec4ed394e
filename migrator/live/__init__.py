"""The real CircleCI over its API: one client, and what is asked through it.

Only `client.py` and `transport.py` import httpx, and only what talks to CircleCI imports them.
"""
