"""Values that any layer may use: they know nothing of the rest of the package."""
