"""Finished experiments read by name, and what is real and what is noise between them."""
