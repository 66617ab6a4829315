"""What the window is given once everything is loaded; the assembly's till fits it, and so may a test's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # Named only: the sign-in page paints before any of these is loaded.
    from app.counter.asking import Reasons
    from app.counter.attaching import Attaching
    from app.counter.authorising import Authorising
    from app.counter.behind import Behind
    from app.counter.campaigns import Campaigns
    from app.counter.caring import Caring
    from app.counter.checkout import Checkout
    from app.counter.coupon_book import CouponBook
    from app.counter.customer_side import CustomerSide
    from app.counter.erasing import Erasing
    from app.counter.invoicing import Invoicing
    from app.counter.joining import Joining
    from app.counter.labelling import Labelling
    from app.counter.loading import Loading
    from app.counter.member_view import MemberView
    from app.counter.noting import Noting
    from app.counter.personal import Personal
    from app.counter.post import Post
    from app.counter.printing import Printing
    from app.counter.returning import Returning
    from app.counter.reviewing import Reviewing
    from app.counter.seeking import Seeking
    from app.counter.segmenting import Segmenting
    from app.counter.selling import Selling
    from app.counter.shifts import Shifts
    from app.counter.staging import Staging
    from app.counter.stocking import Stocking
    from app.counter.tuning import Tuning
    from app.counter.verifying import Verifying
    from app.counter.visiting import Visiting
    from app.domain.codes import CodeShapes
    from app.domain.demo import SheetCode
    from app.records.clock import Clock
    from app.store.open_store import Store
    from app.store.settings import Settings
    from app.sync.worker import SyncWorker


class Till(Protocol):
    """One till as screens see it: the acts of the counter, and the store to read from."""

    clock: Clock
    store: Store
    settings: Settings
    reasons: Reasons
    selling: Selling
    checkout: Checkout
    attaching: Attaching
    invoicing: Invoicing
    authorising: Authorising
    behind: Behind
    """Reads what the window must not wait for."""
    returning: Returning
    reviewing: Reviewing
    campaigns: Campaigns
    shifts: Shifts
    stocking: Stocking
    tuning: Tuning
    seeking: Seeking
    post: Post
    training: bool
    """Whether this is the practice shop."""
    staging: Staging
    printing: Printing
    customer: CustomerSide
    verifying: Verifying
    visiting: Visiting
    coupons: CouponBook
    shapes: CodeShapes

    @property
    def joining(self) -> Joining:
        """Registration and consents."""

    @property
    def caring(self) -> Caring:
        """Readings, medicines in use, follow-ups."""

    @property
    def segmenting(self) -> Segmenting:
        """Labels of members, and what they suggest."""

    @property
    def loading(self) -> Loading:
        """Stored value paid in and out."""
        ...

    @property
    def noting(self) -> Noting:
        """Allergies and families."""

    @property
    def erasing(self) -> Erasing:
        """Erasing a person."""

    @property
    def personal(self) -> Personal:
        """The copy of one person's data."""

    @property
    def member_view(self) -> MemberView:
        """A member's page."""

    @property
    def labelling(self) -> Labelling:
        """Labels: shelf, direction, refill."""

    sheet: tuple[SheetCode, ...]
    sync: SyncWorker

    def start(self) -> None:
        """Start the printer's and the sync's threads."""

    def close(self) -> None:
        """Stop the threads, let the writer finish, close the files."""
