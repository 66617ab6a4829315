"""The console: pages of headquarters for people with a browser."""
