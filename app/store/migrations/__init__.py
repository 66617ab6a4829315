"""The ledger's schema history; new ledgers are made at HEAD, older ones are brought there by Alembic."""

HEAD = "0018"
"""The newest revision; a test compares it with the scripts and with `app.store.tables`."""
