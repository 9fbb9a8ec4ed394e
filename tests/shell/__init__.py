"""Tests of finding and rewriting trigger calls in shell text."""
