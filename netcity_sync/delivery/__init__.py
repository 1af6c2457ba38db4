"""Who gets what, and how it reaches them."""
