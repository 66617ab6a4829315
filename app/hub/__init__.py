"""Headquarters: takes in what tills report, publishes what they need, and shows both to people."""
