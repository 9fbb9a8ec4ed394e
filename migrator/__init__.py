"""Move CircleCI v1/v1.1 job triggers to v2 pipelines."""

__version__ = "0.1.0"
