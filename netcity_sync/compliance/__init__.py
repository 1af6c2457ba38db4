"""What the regulation forbids, found in the mirror."""
