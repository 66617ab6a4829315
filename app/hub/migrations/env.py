"""Alembic's entry: runs the revisions on the connection that the archive hands over."""

from alembic import context

from app.hub.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=False,
)
context.run_migrations()
