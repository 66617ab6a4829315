"""The tables of headquarters: every store-bound row carries `store_id` in its key, and no foreign key crosses stores."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime that comes back aware on SQLite too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _store() -> Column[str]:
    return Column("store_id", String(32), primary_key=True)


chain = Table(
    "chain",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String(80), nullable=False),
    Column("utc_offset_minutes", Integer, nullable=False),
)
"""The one row that names the chain and the time zone its console speaks in."""

store = Table(
    "store",
    metadata,
    _store(),
    Column("name", String(80), nullable=False),
    Column("branch", String(80), nullable=False),
    Column("licence", String(80), nullable=False),
    Column("address", String(200), nullable=False),
    Column("phone", String(40), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("province", String(40), nullable=False, server_default=""),
)

till = Table(
    "till",
    metadata,
    _store(),
    Column("till", String(16), primary_key=True),
    Column("title", String(80), nullable=False),
    Column("created_at", Instant, nullable=False),
)

device = Table(
    "device",
    metadata,
    _store(),
    Column("device", String(16), primary_key=True),
    Column("till", String(16), nullable=False),
    Column("public_key", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("enrolled_at", Instant, nullable=False),
    Column("seen_at", Instant),
    Column("pushed_at", Instant),
    Column("event_at", Instant),
    Column("head_seq", BigInteger, nullable=False),
    Column("head_digest", String(64), nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("forks", Integer, nullable=False),
    Column("app_version", String(40), nullable=False),
    Index("uq_device_device", "device", unique=True),
)
"""A till's key; state active | replaced | revoked, and the facts of all three are taken."""

enrol_code = Table(
    "enrol_code",
    metadata,
    _store(),
    Column("slot", String(8), primary_key=True),
    Column("till", String(16), nullable=False),
    Column("secret_hash", String(200), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used_by", String(16), nullable=False),
    Index("uq_enrol_code_slot", "slot", unique=True),
)
"""A one-time code: its open half finds the row, its secret half is kept as an argon2id hash."""

inbox = Table(
    "inbox",
    metadata,
    _store(),
    Column("event_id", String(36), primary_key=True),
    Column("device", String(16), nullable=False),
    Column("epoch", String(16), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("type", String(64), nullable=False),
    Column("day", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("status", String(12), nullable=False),
    Column("code", String(24), nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Index("ix_inbox_device_seq", "store_id", "device", "seq"),
    Index("ix_inbox_received", "store_id", "received_at"),
)
"""Every event's exact bytes, for ever; status stored | forked | quarantined."""

unreadable = Table(
    "unreadable",
    metadata,
    _store(),
    Column("digest", String(64), primary_key=True),
    Column("device", String(16), nullable=False),
    Column("event_id", String(36), nullable=False),
    Column("code", String(24), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("raw", LargeBinary, nullable=False),
)
"""Bytes a proven device sent that are no envelope, or whose id is taken by other bytes: kept all the same."""

quarantine = Table(
    "quarantine",
    metadata,
    _store(),
    Column("event_id", String(64), primary_key=True),
    Column("device", String(16), nullable=False),
    Column("type", String(64), nullable=False),
    Column("code", String(24), nullable=False),
    Column("detail", String(400), nullable=False),
    Column("since", Instant, nullable=False),
)
"""Events whose meaning waits for a person or a newer version; the key of unreadable bytes is their digest."""

sale = Table(
    "sale",
    metadata,
    _store(),
    Column("sale_id", String(36), primary_key=True),
    Column("event_id", String(36), nullable=False),
    Column("number", String(80), nullable=False),
    Column("till", String(16), nullable=False),
    Column("shift_id", String(36), nullable=False),
    Column("cashier", String(36), nullable=False),
    Column("day", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("first_line", String(160), nullable=False),
    Column("member", Boolean, nullable=False),
    Column("prescription", Boolean, nullable=False),
    Column("cut_fen", BigInteger, nullable=False),
    Column("payable_fen", BigInteger, nullable=False),
    Index("ix_sale_day", "day", "store_id", "at"),
)

sale_return = Table(
    "sale_return",
    metadata,
    _store(),
    Column("return_id", String(36), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("original_sale_id", String(36), nullable=False),
    Column("till", String(16), nullable=False),
    Column("day", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("event_id", String(36), nullable=False, server_default=""),
    Index("ix_sale_return_sale", "store_id", "original_sale_id"),
)

hour_sales = Table(
    "hour_sales",
    metadata,
    _store(),
    Column("day", Date, primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("till", String(16), primary_key=True),
    Column("sales", BigInteger, nullable=False),
    Column("sales_fen", BigInteger, nullable=False),
    Column("returns", BigInteger, nullable=False),
    Column("returns_fen", BigInteger, nullable=False),
    Index("ix_hour_sales_day", "day"),
)
"""Sales of one till in one hour of a business day, by the chain's wall clock."""

product_sales = Table(
    "product_sales",
    metadata,
    _store(),
    Column("day", Date, primary_key=True),
    Column("product_id", String(32), primary_key=True),
    Column("title", String(160), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Index("ix_product_sales_day", "day"),
)

tender_day = Table(
    "tender_day",
    metadata,
    _store(),
    Column("day", Date, primary_key=True),
    Column("method", String(32), primary_key=True),
    Column("title_zh", String(40), nullable=False),
    Column("title_en", String(40), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("refund_fen", BigInteger, nullable=False),
)

stock_level = Table(
    "stock_level",
    metadata,
    _store(),
    Column("product_id", String(32), primary_key=True),
    Column("lot_id", String(36), primary_key=True),
    Column("zone", String(8), primary_key=True),
    Column("quantity", BigInteger, nullable=False),
    Column("title", String(160), nullable=False),
    Column("changed_at", Instant, nullable=False),
)
"""Stock by lot and zone (shelf | reject), negative where more was sold than was ever received."""

trace_code = Table(
    "trace_code",
    metadata,
    _store(),
    Column("code", String(64), primary_key=True),
    Column("product_id", String(32), nullable=False),
    Column("lot_id", String(36), nullable=False),
    Column("state", String(10), nullable=False),
    Column("sale_id", String(36), nullable=False),
    Column("sold", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
"""One box; `sold` counts its sales, so that a code sold twice is seen."""

shift_close = Table(
    "shift_close",
    metadata,
    _store(),
    Column("shift_id", String(36), primary_key=True),
    Column("till", String(16), nullable=False),
    Column("z_no", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("sales", BigInteger, nullable=False),
    Column("sales_fen", BigInteger, nullable=False),
    Column("returns_fen", BigInteger, nullable=False),
    Column("difference_fen", BigInteger, nullable=False),
    Column("perpetual_fen", BigInteger, nullable=False),
)

feed = Table(
    "feed",
    metadata,
    _store(),
    Column("feed", String(16), primary_key=True),
    Column("feed_id", String(32), nullable=False),
    Column("head_seq", BigInteger, nullable=False),
    Column("head_rolling", String(32), nullable=False),
)
"""A published history; store_id '' is the whole chain's."""

feed_row = Table(
    "feed_row",
    metadata,
    _store(),
    Column("feed", String(16), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("key", String(64), nullable=False),
    Column("rolling", String(32), nullable=False),
    Column("current", Boolean, nullable=False),
    Column("json", Text, nullable=False),
    Index("ix_feed_row_key", "store_id", "feed", "key"),
    Index("ix_feed_row_holder", "feed", "key"),
)
"""One published row; `current` falls when a later row of the same key replaces it."""

points_entry = Table(
    "points_entry",
    metadata,
    Column("entry_id", String(64), primary_key=True),
    Column("store_id", String(32), nullable=False),
    Column("member_id", String(36), nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("of", String(64), nullable=False),
    Column("expires_on", Date),
    Column("owner_id", String(36), nullable=False),
    Index("ix_points_entry_member", "member_id"),
)
"""One movement of a member's points; members are the chain's, so `store_id` only says which store told it first."""

stored_entry = Table(
    "stored_entry",
    metadata,
    Column("entry_id", String(64), primary_key=True),
    Column("store_id", String(32), nullable=False),
    Column("member_id", String(36), nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("principal_fen", BigInteger, nullable=False),
    Column("bonus_fen", BigInteger, nullable=False),
    Column("of", String(64), nullable=False),
    Column("owner_id", String(36), nullable=False),
    Index("ix_stored_entry_member", "member_id"),
    Index("ix_stored_entry_at", "at"),
)
"""One movement of a member's stored value; `store_id` is the store that took the money in, gave the goods or paid it out."""

hold = Table(
    "hold",
    metadata,
    Column("hold_id", String(36), primary_key=True),
    Column("purse", String(8), nullable=False),
    Column("member_id", String(36), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("part", BigInteger, nullable=False),
    Column("basket_id", String(36), nullable=False),
    Column("store_id", String(32), nullable=False),
    Column("till", String(16), nullable=False),
    Column("device", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("state", String(8), nullable=False),
    Index("ix_hold_member_id", "member_id", "purse", "state"),
)
"""What is put by for one basket, in points or in fen of stored value (`part` of them bonus); state held | used | released."""

coupon_use = Table(
    "coupon_use",
    metadata,
    _store(),
    Column("sale_id", String(36), primary_key=True),
    Column("serial", String(36), primary_key=True),
    Column("event_id", String(36), nullable=False),
    Column("offer_id", String(36), nullable=False),
    Column("member_id", String(36), nullable=False),
    Column("at", Instant, nullable=False),
    Column("cut_fen", BigInteger, nullable=False),
    Column("offline", Boolean, nullable=False),
    Column("return_id", String(36), nullable=False),
    Column("again", Boolean, nullable=False),
    Column("lease_id", String(36), nullable=False, server_default=""),
    Column("reservation_id", String(36), nullable=False, server_default=""),
    Column("list_age_h", Integer, nullable=False, server_default="0"),
    Index("ix_coupon_use_serial", "serial"),
    Index("ix_coupon_use_lease_id", "store_id", "lease_id"),
    Index("ix_coupon_use_member_id", "member_id"),
)
"""A coupon used by a sale; `return_id` once it came back; `again` where an earlier sale had used it up already."""

coupon_grant = Table(
    "coupon_grant",
    metadata,
    _store(),
    Column("grant_id", String(36), primary_key=True),
    Column("offer_id", String(36), nullable=False),
    Column("rights", BigInteger, nullable=False),
    Column("per_till", BigInteger, nullable=False),
    Column("low", BigInteger, nullable=False),
    Column("lease_days", Integer, nullable=False),
    Column("face_fen", BigInteger, nullable=False),
    Column("token", String(200), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("state", String(10), nullable=False),
    Column("at", Instant, nullable=False),
)
"""Rights of an offer that a store was given; what its tills hold of them stands in `coupon_lease`."""

coupon_lease = Table(
    "coupon_lease",
    metadata,
    _store(),
    Column("lease_id", String(36), primary_key=True),
    Column("grant_id", String(36), nullable=False),
    Column("device", String(16), nullable=False),
    Column("till", String(16), nullable=False),
    Column("rights", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("state", String(10), nullable=False),
    Index("ix_coupon_lease_grant_id", "store_id", "grant_id"),
)
"""One device's share of a grant; state active | withdrawn | returned, `used` only once it came back."""

chain_coupon = Table(
    "chain_coupon",
    metadata,
    Column("serial", String(36), primary_key=True),
    Column("offer_id", String(36), nullable=False),
    Column("member_id", String(36), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("face_fen", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("token", String(200), nullable=False),
    Index("ix_chain_coupon_member_id", "member_id"),
)
"""A serial that is good in every store, after headquarters has put it by."""

coupon_reservation = Table(
    "coupon_reservation",
    metadata,
    Column("reservation_id", String(36), primary_key=True),
    Column("serial", String(36), nullable=False),
    Column("store_id", String(32), nullable=False),
    Column("till", String(16), nullable=False),
    Column("device", String(16), nullable=False),
    Column("basket_id", String(36), nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("state", String(8), nullable=False),
    Index("ix_coupon_reservation_serial", "serial", "state"),
)
"""A serial put by for one basket; state held | used | released | freed. Held beyond `until` it waits for its till to be heard."""

coupon_revoked = Table(
    "coupon_revoked",
    metadata,
    Column("serial", String(36), primary_key=True),
    Column("store_id", String(32), nullable=False),
    Column("at", Instant, nullable=False),
)
"""When headquarters took a coupon back: a later use is a fact all the same, and a case."""

coupon_case = Table(
    "coupon_case",
    metadata,
    Column("case_id", String(36), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("serial", String(36), nullable=False),
    Column("offer_id", String(36), nullable=False),
    Column("store_id", String(32), nullable=False),
    Column("sale_id", String(36), nullable=False),
    Column("first_store_id", String(32), nullable=False),
    Column("first_sale_id", String(36), nullable=False),
    Column("at", Instant, nullable=False),
    Column("cost_fen", BigInteger, nullable=False),
    Column("suggested", String(12), nullable=False),
    Column("state", String(8), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("closed_by", String(40), nullable=False),
    Column("closed_at", Instant),
    Index("ix_coupon_case_state", "state", "at"),
    Index("ix_coupon_case_serial", "serial"),
)
"""A use to look into; kind double | revoked | lapsed, state open | closed | settled (the use came back before anybody looked)."""

campaign = Table(
    "campaign",
    metadata,
    Column("campaign_id", String(36), primary_key=True),
    Column("title_zh", String(60), nullable=False),
    Column("title_en", String(80), nullable=False),
    Column("state", String(8), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("design", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("launched_at", Instant),
    Column("told_at", Instant),
    Column("stopped_at", Instant),
)
"""A campaign, whose id is also that of its offer; `design` is the JSON of `campaigns.Design`; state draft | launched | stopped."""

campaign_act = Table(
    "campaign_act",
    metadata,
    Column("campaign_id", String(36), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("who", String(40), nullable=False),
    Column("act", String(12), nullable=False),
    Column("detail", Text, nullable=False),
)
"""What a person did with a campaign, for ever; `detail` is JSON."""

campaign_trial = Table(
    "campaign_trial",
    metadata,
    Column("campaign_id", String(36), primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("asked_at", Instant, nullable=False),
    Column("who", String(40), nullable=False),
    Column("from_day", Date, nullable=False),
    Column("to_day", Date, nullable=False),
    Column("state", String(8), nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("read", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("design", Text, nullable=False),
    Column("result", Text, nullable=False),
)
"""A dry run of a design against real sales: state running | done | failed; `result` is the JSON of `campaign_trial.Finding`."""

campaign_store = Table(
    "campaign_store",
    metadata,
    Column("campaign_id", String(36), primary_key=True),
    _store(),
    Column("rights", BigInteger, nullable=False),
    Column("coupon_seq", BigInteger, nullable=False),
)
"""How many coupons a campaign told a store, and up to which row of its feed."""

campaign_holder = Table(
    "campaign_holder",
    metadata,
    Column("campaign_id", String(36), primary_key=True),
    Column("member_id", String(36), primary_key=True),
    Column("store_id", String(32), nullable=False),
    Column("rights", Integer, nullable=False),
    Index("ix_campaign_holder_member_id", "member_id"),
)
"""A member who was given a campaign's coupons, so that nobody is given them twice."""

campaign_sale = Table(
    "campaign_sale",
    metadata,
    _store(),
    Column("sale_id", String(36), primary_key=True),
    Column("campaign_id", String(36), primary_key=True),
    Column("day", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("till", String(16), nullable=False),
    Column("guide", String(36), nullable=False),
    Column("member_id", String(36), nullable=False),
    Column("payable_fen", BigInteger, nullable=False),
    Column("cut_fen", BigInteger, nullable=False),
    Column("orders", Integer, nullable=False),
    Column("net_fen", BigInteger, nullable=False),
    Column("net_cut_fen", BigInteger, nullable=False),
    Index("ix_campaign_sale_campaign", "campaign_id", "store_id", "till"),
    Index("ix_campaign_sale_member_id", "member_id"),
)
"""A sale under a campaign; `orders`, `net_fen` and `net_cut_fen` are what it counts for now, after what came back of it."""

campaign_day = Table(
    "campaign_day",
    metadata,
    Column("campaign_id", String(36), primary_key=True),
    _store(),
    Column("day", Date, primary_key=True),
    Column("guide", String(36), primary_key=True),
    Column("orders", BigInteger, nullable=False),
    Column("net_fen", BigInteger, nullable=False),
    Column("cut_fen", BigInteger, nullable=False),
)
"""The sums of `campaign_sale` by store, business day and guide."""

feed_reach = Table(
    "feed_reach",
    metadata,
    _store(),
    Column("device", String(16), primary_key=True),
    Column("feed", String(16), primary_key=True),
    Column("feed_id", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
)
"""Up to which row a till holds a feed, by the cursor it asked with, and since when."""

member_key = Table(
    "member_key",
    metadata,
    Column("kind", String(8), primary_key=True),
    Column("value", String(128), primary_key=True),
    Column("store_id", String(32), primary_key=True),
    Column("member_id", String(36), primary_key=True),
    Index("ix_member_key_member_id", "member_id", "store_id"),
    # One tree that is found by its beginning: kind and value, within a store or in the whole chain.
    sqlite_with_rowid=False,
)
"""What a member is looked up by (phone, tail, card, handle, union, wechat, alipay, jpass), kept beside the feeds that say so."""

member_lookup = Table(
    "member_lookup",
    metadata,
    _store(),
    Column("lookup_id", String(36), primary_key=True),
    Column("device", String(16), nullable=False),
    Column("till", String(16), nullable=False),
    Column("actor", String(36), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("member_id", String(36), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_member_lookup_device_at", "device", "at"),
    Index("ix_member_lookup_member_id", "member_id"),
)
"""Every time a till asked for a member of another store: who, what for and who was found ('' for nobody); what was typed is not kept."""

person = Table(
    "person",
    metadata,
    Column("member_id", String(36), primary_key=True),
    Column("canonical_id", String(36), nullable=False),
    Column("home_store", String(32), nullable=False),
    Column("joined_at", Instant, nullable=False),
    Column("source", String(16), nullable=False),
    Column("guide", String(36), nullable=False),
    Column("referrer_id", String(36), nullable=False),
    Column("campaign_id", String(36), nullable=False),
    Column("guardian_id", String(36), nullable=False),
    Column("state", String(8), nullable=False),
    Column("name_mark", String(32), nullable=False),
    Column("born_mark", String(32), nullable=False),
    Column("profile_at", Instant, nullable=False),
    Index("ix_person_canonical", "canonical_id"),
    Index("ix_person_joined", "joined_at"),
    Index("ix_person_campaign", "campaign_id", "joined_at"),
)
"""A member id; state active | merged | erased. `canonical_id` is the id that stands for its party, its own where nothing is merged.

Name and birthday are kept as keyed marks that only compare; `profile_at` is the time of the newest profile heard.
"""

person_key = Table(
    "person_key",
    metadata,
    Column("person_id", String(36), primary_key=True),
    Column("secret", LargeBinary),
    Column("destroyed_at", Instant),
)
"""The key that seals a person's blobs, wrapped by the hub's own; NULL once destroyed: then every blob of theirs is noise."""

person_blob = Table(
    "person_blob",
    metadata,
    Column("blob_id", String(36), primary_key=True),
    Column("person_id", String(36), nullable=False),
    Column("store_id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("mark", String(32), nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("ix_person_blob_person", "person_id"),
)
"""Personal data that a till told, sealed; `mark` stands for the value of an identity, '' for other kinds."""

identity = Table(
    "identity",
    metadata,
    Column("claim_id", String(64), primary_key=True),
    Column("member_id", String(36), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("mark", String(32), nullable=False),
    Column("level", String(8), nullable=False),
    Column("at", Instant, nullable=False),
    Column("store_id", String(32), nullable=False),
    Column("blob_id", String(36), nullable=False),
    Index("ix_identity_member", "member_id"),
    Index("ix_identity_mark", "mark"),
    Index("ix_identity_blob", "blob_id"),
)
"""Somebody said, showed or proved that an identity is a member's; `mark` is '' until the blob with its value has come."""

merge = Table(
    "merge",
    metadata,
    Column("merge_id", String(36), primary_key=True),
    Column("old_id", String(36), nullable=False),
    Column("canonical_id", String(36), nullable=False),
    Column("rule", String(32), nullable=False),
    Column("evidence", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String(40), nullable=False),
    Column("reason", String(200), nullable=False),
    Index("ix_merge_old", "old_id"),
    Index("ix_merge_canonical", "canonical_id"),
    Index("ix_merge_state", "state", "at"),
)
"""Two member ids, the older one under `canonical_id`, that are one person, might be, or are not: state proposed | done | undone | refused.

Those done make a forest whose trees are the parties: taking one back splits exactly one party in two.
"""

consent = Table(
    "consent",
    metadata,
    Column("consent_id", String(36), primary_key=True),
    Column("member_id", String(36), nullable=False),
    Column("purpose", String(24), nullable=False),
    Column("text_version", String(24), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("at", Instant, nullable=False),
    Column("store_id", String(32), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("guardian_id", String(36), nullable=False),
    Column("evidence", String(36), nullable=False, server_default=""),
    Column("digest", String(64), nullable=False, server_default=""),
    Index("ix_consent_member", "member_id", "purpose", "at"),
)
"""Every word a member ever gave or took back, for one purpose and by one version of its text.

`evidence` is the blob of a signature, whose bytes have that digest, or the verification of a code; '' for a spoken word.
"""

verification = Table(
    "verification",
    metadata,
    Column("verification_id", String(36), primary_key=True),
    Column("store_id", String(32), nullable=False),
    Column("till", String(16), nullable=False),
    Column("device", String(16), nullable=False),
    Column("purpose", String(8), nullable=False),
    Column("about", String(120), nullable=False),
    Column("phone_mark", String(32), nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("state", String(8), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("attempt_id", String(36), nullable=False),
    Column("attempt_answer", String(8), nullable=False),
    Column("proven_at", Instant),
    Index("ix_verification_phone", "phone_mark", "at"),
    Index("ix_verification_device", "device", "at"),
    Index("ix_verification_at", "at"),
)
"""A code that a till had sent to a phone: neither the code nor the phone, only a salted hash and a keyed mark.

State sending | sent | failed | proven | over (typed wrong too often, or a newer one took its place); the hash goes with its use.
"""

person_act = Table(
    "person_act",
    metadata,
    Column("act_id", String(36), primary_key=True),
    Column("member_id", String(36), nullable=False),
    Column("act", String(8), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("asked_via", String(16), nullable=False),
    Column("by", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_person_act_at", "at"),
    Index("ix_person_act_member_id", "member_id", "at"),
)
"""What was done with one person's data: act look | export | erase, by whom, for what reason; `asked_via` is a store id or headquarters.

That a device was put out of work is kept beside it: act revoke, with the device in the place of the member, and its store.
"""

member_order = Table(
    "member_order",
    metadata,
    _store(),
    Column("sale_id", String(36), primary_key=True),
    Column("member_id", String(36), nullable=False),
    Column("day", Date, nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("back_fen", BigInteger, nullable=False),
    Index("ix_member_order_member_id", "member_id", "day"),
    Index("ix_member_order_day", "day"),
)
"""A sale that a member made, and what came back of it; `member_id` is '' once they were erased."""

member_reading = Table(
    "member_reading",
    metadata,
    _store(),
    Column("reading_id", String(36), primary_key=True),
    Column("member_id", String(36), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("blob_id", String(36), nullable=False),
    Column("place", String(8), nullable=False),
    Column("taken_at", Instant, nullable=False),
    Index("ix_member_reading_member_id", "member_id", "taken_at"),
)
"""That a member was measured; the figures are sealed in `person_blob`."""

segment_member = Table(
    "segment_member",
    metadata,
    Column("segment_id", String(36), primary_key=True),
    Column("member_id", String(36), primary_key=True),
    Column("day", Date, nullable=False),
    Index("ix_segment_member_member_id", "member_id"),
)
"""Who was in a segment when the chain was last reckoned, by the id that stands for the person."""

segment_cell = Table(
    "segment_cell",
    metadata,
    Column("recency", Integer, primary_key=True, autoincrement=False),
    Column("frequency", Integer, primary_key=True, autoincrement=False),
    Column("money", Integer, primary_key=True, autoincrement=False),
    Column("members", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
)
"""How many members lay in each fifth of fifths when the chain was last reckoned."""

order_worth = Table(
    "order_worth",
    metadata,
    _store(),
    Column("sale_id", String(36), primary_key=True),
    Column("day", Date, nullable=False),
    Column("fen", BigInteger, nullable=False),
)
"""What a member's sale counts towards tiers, on its own calendar day; whose it is says `member_order`."""

tender_move = Table(
    "tender_move",
    metadata,
    _store(),
    Column("correction_id", String(36), primary_key=True),
    Column("sale_id", String(36), nullable=False),
    Column("from_method", String(24), nullable=False),
    Column("to_method", String(24), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Index("ix_tender_move_sale", "store_id", "sale_id"),
)
"""Money of a sale that was booked under another tender: what an insurer paid after all counts towards no tier."""

standing = Table(
    "standing",
    metadata,
    Column("member_id", String(36), primary_key=True),
    Column("tier", String(12), nullable=False),
    Column("since", Date),
    Column("until", Date),
    Column("because", String(12), nullable=False),
    Column("book", String(12), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("next_tier", String(12), nullable=False),
    Column("short_fen", BigInteger, nullable=False),
    Column("short_days", Integer, nullable=False),
    Column("reach_by", Date),
    Column("spent_fen", BigInteger, nullable=False),
    Column("days", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("due_on", Date),
    Column("at", Instant, nullable=False),
    Index("ix_standing_due_on", "due_on"),
    Index("ix_standing_tier", "tier"),
)
"""Where a member stands on a day, one row for each id of a person; `due_on` is the day on which it would read otherwise by itself."""

tier_grant = Table(
    "tier_grant",
    metadata,
    Column("grant_id", String(36), primary_key=True),
    Column("member_id", String(36), nullable=False),
    Column("tier", String(12), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("reason", String(200), nullable=False),
    Column("by", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ended_by", String(40), nullable=False),
    Column("ended_at", Instant),
    Index("ix_tier_grant_member_id", "member_id"),
)
"""A tier that somebody at headquarters gave by hand, for a reason and to an end; taken back once `ended_at` is set."""

tier_change = Table(
    "tier_change",
    metadata,
    Column("change_id", String(36), primary_key=True),
    Column("member_id", String(36), nullable=False),
    Column("at", Instant, nullable=False),
    Column("old_tier", String(12), nullable=False),
    Column("new_tier", String(12), nullable=False),
    Column("because", String(12), nullable=False),
    Column("by", String(40), nullable=False),
    Index("ix_tier_change_member_id", "member_id", "at"),
    Index("ix_tier_change_at", "at"),
)
"""That a person's tier became another one, and why."""

chore = Table(
    "chore",
    metadata,
    Column("name", String(24), primary_key=True),
    Column("day", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("told", Text, nullable=False),
)
"""What headquarters does by itself once a day: the day it was last done for, when it was finished, and what came of it (JSON)."""

message_round = Table(
    "message_round",
    metadata,
    Column("campaign_id", String(36), primary_key=True),
    Column("asked_at", Instant, nullable=False),
    Column("done_at", Instant),
)
"""That a campaign's members are to be told; `done_at` is when each of them had a row of `message`, none while some are missing."""

message = Table(
    "message",
    metadata,
    Column("message_id", String(36), primary_key=True),
    Column("campaign_id", String(36), nullable=False),
    Column("member_id", String(36), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent_at", Instant),
    Index("ix_message_campaign", "campaign_id", "state"),
    Index("ix_message_member", "member_id", "sent_at"),
    Index("ix_message_due", "state", "due_at"),
)
"""A message to a member, by the id that stands for them; state queued | sent | failed | withheld. Neither its text nor a phone is kept."""

person_adopted = Table(
    "person_adopted",
    metadata,
    _store(),
    Column("seq", BigInteger, nullable=False),
)
"""How far the member feed of a store has been read for people whom no event told of: those of imports and of headquarters' books."""

console_user = Table(
    "console_user",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("password_hash", String(200), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Instant),
)

console_session = Table(
    "console_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("name", String(40), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
