"""The store: everything durable of one till in one directory (see `open_store.Store`; this package itself stays light for `glance`)."""
