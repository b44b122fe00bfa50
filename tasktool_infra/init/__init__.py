"""Begins an environment: finds out what can be found, asks for the rest, and writes its table."""
