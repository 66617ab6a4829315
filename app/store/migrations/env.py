"""Alembic's entry: runs the steps on the connection it is given."""

from __future__ import annotations

from alembic import context

from app.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transaction_per_migration=False,
    user_module_prefix="sqltypes.",
)
with context.begin_transaction():
    context.run_migrations()
