"""The AWS kinds, one file each, and how AWS is reached."""
