"""What AWS asks permission for: the actions behind calls, and whether policies allow them."""
