"""Several repositories at once: what is planned, written, proved and drawn across them."""
