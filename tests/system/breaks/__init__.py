"""What can be broken in a live environment, one thing at a time, and the claims that must then be broken."""
