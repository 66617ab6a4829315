"""List models and delegates of the counter."""
