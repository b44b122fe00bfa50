"""Looks at what a run will need, side by side and without writing; each by itself, so that none hides another."""
