"""What Scripts/benchmark consists of."""
