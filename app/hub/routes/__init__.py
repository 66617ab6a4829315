"""The hub's HTTP resources, one file each."""
