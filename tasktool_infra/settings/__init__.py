"""Environments: read from a file, environment variables and options, and checked before anything uses them."""
