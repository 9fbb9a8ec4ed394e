"""A config's text as nodes: where its jobs, workflows and entries stand."""
