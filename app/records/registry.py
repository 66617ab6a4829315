"""Every event type with its version and body, and every record that feeds carry."""

from __future__ import annotations

from app.records import events
from app.records.base import Record
from app.records.catalogue import DatedPrice, Lot, Product
from app.records.coupons import CouponCase, CouponRight, Lease
from app.records.offers import Offer
from app.records.people import Alias, Consent, Erased, FamilyPerson, Member, MemberKey, PointsEntryRow, Staff, StoredEntryRow, TierStanding
from app.records.segments import SegmentRow

EVENTS: dict[str, type[Record]] = {
    "epoch.opened@1": events.EpochOpened,
    "clock.confirmed@1": events.ClockConfirmed,
    "staff.signed_in@1": events.StaffSignedIn,
    "duty.pharmacist@1": events.DutyPharmacist,
    "shift.opened@1": events.ShiftOpened,
    "cash.moved@1": events.CashMoved,
    "shift.closed@1": events.ShiftClosed,
    "day.closed@1": events.DayClosed,
    "basket.dropped@1": events.BasketDropped,
    "sale.closed@1": events.SaleClosed,
    "return.closed@1": events.ReturnClosed,
    "tender.corrected@1": events.TenderCorrected,
    "receipt.reprinted@1": events.ReceiptReprinted,
    "drawer.opened@1": events.DrawerOpened,
    "review.signed@1": events.ReviewSigned,
    "buyer.registered@1": events.BuyerRegistered,
    "stock.received@1": events.StockReceived,
    "stock.corrected@1": events.StockCorrected,
    "lot.state_set@1": events.LotStateSet,
    "code.bound@1": events.CodeBound,
    "duty.done@1": events.DutyDone,
    "member.attached@1": events.MemberAttached,
    "points.moved@1": events.PointsMoved,
    "stored.loaded@1": events.StoredLoaded,
    "stored.moved@1": events.StoredMoved,
    "stored.paid_out@1": events.StoredPaidOut,
    "coupon.redeemed@1": events.CouponRedeemed,
    "coupon.refused@1": events.CouponRefused,
    "coupon.released@1": events.CouponReleased,
    "lease.returned@1": events.LeaseReturned,
    "trade.taken@1": events.TradeTaken,
    "coupon.granted@1": events.CouponGranted,
    "allergies.asked@1": events.AllergiesAsked,
    "family.set@1": events.FamilySet,
    "member.joined@1": events.MemberJoined,
    "identity.claimed@1": events.IdentityClaimed,
    "consent.set@1": events.ConsentSet,
    "invoice.wished@1": events.InvoiceWished,
    "invoice.issued@1": events.InvoiceIssued,
    "reading.taken@1": events.ReadingTaken,
    "usage.set@1": events.UsageSet,
    "target.set@1": events.TargetSet,
    "followup.set@1": events.FollowUpSet,
    "followup.done@1": events.FollowUpDone,
    "catalogue.imported@1": events.CatalogueImported,
    "export.made@1": events.ExportMade,
    "setting.changed@1": events.SettingChanged,
    "member.proven@1": events.MemberProven,
    "member.verified@1": events.MemberVerified,
    "member.revealed@1": events.MemberRevealed,
    "person.erased@1": events.PersonErased,
}
"""Type@version → body. Entries are only ever added."""

TYPE_OF: dict[type[Record], str] = {body: name for name, body in EVENTS.items()}
"""The newest type@version a body class is written as."""

FEEDS: dict[str, type[Record]] = {
    "product": Product,
    "lot": Lot,
    "offer": Offer,
    # Before anything of people: of whoever was erased no row is taken in, not even the empty one that stands for them.
    "erased": Erased,
    "member": Member,
    "family": FamilyPerson,
    "staff": Staff,
    "price": DatedPrice,
    "points": PointsEntryRow,
    "stored": StoredEntryRow,
    "coupon": CouponRight,
    "lease": Lease,
    "case": CouponCase,
    "consent": Consent,
    "identity": MemberKey,
    "alias": Alias,
    "segment": SegmentRow,
    "standing": TierStanding,
}
"""Record kinds that headquarters publishes to tills."""


def body_of(type_name: str, raw: object) -> Record:
    """Validate a decoded JSON body as the record its type names; KeyError for an unknown type, ValidationError for a bad body."""
    return EVENTS[type_name].model_validate(raw)
