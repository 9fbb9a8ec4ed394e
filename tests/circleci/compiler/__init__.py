"""Tests of the offline config compiler."""
