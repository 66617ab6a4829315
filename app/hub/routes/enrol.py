"""A till becomes known here: a one-time code, and proof that it holds the key it brings."""

from __future__ import annotations

import json

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection, insert, select, update

from app.hub import tables
from app.hub.headquarters import Headquarters, Refusal, read_body
from app.hub.inbox import settle_quarantine
from app.records.keys import device_name, verifies
from app.records.wire import body_digest, enrol_payload

TRIES = 5
_FIELDS = {"code": 40, "public_key_hex": 64, "till": 16, "nonce": 64, "proof": 128}
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def router(hq: Headquarters) -> APIRouter:
    """The enrolment route of a hub."""
    routes = APIRouter(prefix="/v1")

    def enrolled(connection: Connection, asked: dict[str, str]) -> dict[str, object] | str:
        """The reply's fields, or the code of the refusal: a failed try must be counted, so it may not raise here."""
        now = hq.clock.now()
        code = asked["code"].replace("-", "").replace(" ", "").upper()
        c = tables.enrol_code.c
        row = connection.execute(select(tables.enrol_code).where(c.slot == code[:4]).with_for_update()).first()
        if row is None:
            return "code"
        mine = (c.store_id == row.store_id) & (c.slot == row.slot)
        if row.tries >= TRIES or now > row.expires_at:
            return "code_expired"
        try:
            _HASHER.verify(row.secret_hash, code[4:])
        except VerificationError:
            connection.execute(update(tables.enrol_code).where(mine).values(tries=row.tries + 1))
            return "code"
        public = bytes.fromhex(asked["public_key_hex"])
        name = device_name(public)
        if row.used_by not in ("", name):
            return "code_used"
        if asked["till"] not in ("", row.till):
            return "other_till"
        standing = connection.scalar(select(tables.device.c.state).where(tables.device.c.device == name))
        if standing is not None and (not row.used_by or standing == "revoked"):
            return "device_known"
        if standing is None:
            _add_device(connection, row.store_id, row.till, name, asked["public_key_hex"])
            connection.execute(update(tables.enrol_code).where(mine).values(used_by=name))
        shop = connection.execute(select(tables.store).where(tables.store.c.store_id == row.store_id)).one()
        return {
            "store_id": row.store_id,
            "till": row.till,
            "device": name,
            "hub": hq.chain_name,
            "hub_public_key_hex": hq.key.public().hex(),
            "store": {
                "name": shop.name,
                "branch": shop.branch,
                "licence": shop.licence,
                "address": shop.address,
                "phone": shop.phone,
            },
        }

    def _add_device(connection: Connection, store_id: str, till: str, name: str, public_hex: str) -> None:
        c = tables.device.c
        connection.execute(
            update(tables.device).where(c.store_id == store_id, c.till == till, c.state == "active").values(state="replaced")
        )
        connection.execute(
            insert(tables.device).values(
                store_id=store_id,
                device=name,
                till=till,
                public_key=public_hex,
                state="active",
                enrolled_at=hq.clock.now(),
                head_seq=0,
                head_digest="",
                events=0,
                forks=0,
                app_version="",
            )
        )

    @routes.post("/enrol")
    async def enrol(request: Request) -> Response:
        body = await read_body(request, compressed_limit=8192, limit=8192)
        asked = _asked(body)
        payload = enrol_payload(asked["nonce"], asked["code"], asked["till"], asked["public_key_hex"])
        if not verifies(bytes.fromhex(asked["public_key_hex"]), payload, bytes.fromhex(asked["proof"])):
            raise Refusal(403, "proof")
        answer = await hq.commit(lambda connection: enrolled(connection, asked))
        if isinstance(answer, str):
            raise Refusal(403, answer)
        # Another till of the store may have told of this one's history before.
        device = str(answer["device"])
        await hq.commit(lambda connection: settle_quarantine(connection, hq.utc_offset_minutes, hq.clock.now(), device=device))
        return hq.reply("enrol", asked["nonce"], body_digest(body), answer)

    return routes


def _asked(body: bytes) -> dict[str, str]:
    """The request's fields, all of them short strings; Refusal 422 otherwise."""
    try:
        fields = json.loads(body)
        asked = {name: str(fields[name]) for name in _FIELDS}
        if any(len(asked[name]) > limit for name, limit in _FIELDS.items()):
            raise ValueError("too long")
        if len(bytes.fromhex(asked["public_key_hex"])) != 32 or len(bytes.fromhex(asked["proof"])) != 64:
            raise ValueError("key")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refusal(422, "shape") from None
    return asked
