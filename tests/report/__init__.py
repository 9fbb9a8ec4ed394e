"""The tests of the reports, the catalogue of findings, the baseline and the comments that hide findings."""
