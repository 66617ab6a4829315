"""The store: everything durable of one till, in one directory (import `app.store.open_store.Store`; this package stays light for `glance`)."""
