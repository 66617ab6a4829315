"""Which askings named each allergy, so that one till's word never silences another's."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql import sqltypes

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TABLES = ("member", "family_person")


def upgrade() -> None:
    """Step up."""
    for table in _TABLES:
        op.add_column(table, sa.Column("allergy_words", sqltypes.AutoString(length=4000), nullable=False, server_default=""))


def downgrade() -> None:
    """Step down."""
    for table in _TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("allergy_words")
