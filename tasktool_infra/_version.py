"""The version, in the one place from which the wheel and the user agent take it."""

__version__ = "0.1.0"
