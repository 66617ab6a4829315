"""A till has a code sent to a phone, and asks whether what was told back is that code: signed, bounded, and safe to repeat."""

from __future__ import annotations

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.membership import phone_of
from app.domain.verification import CONSENT
from app.hub import verification
from app.hub.gateway import Letter
from app.hub.headquarters import SMALL_BYTES, Asker, Headquarters, Refusal, asked, at_work, read_body

log = logging.getLogger(__name__)

CONNECT_S, READ_S = 2.0, 4.0
"""How long the gateway may take, in seconds: a customer waits, and the till waits a little longer than this."""
_AT_ONCE = 4
"""Gateways are slow: codes wait for each other before they let anybody else at headquarters wait."""
_LONGEST = {"verification_id": 36, "phone": 11, "purpose": 8, "about": 120, "language": 2}


def router(hq: Headquarters) -> APIRouter:
    """The verification routes of a hub; without a gateway nothing is ever sent."""
    routes = APIRouter(prefix="/v1")
    posting = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="codes")

    async def wish(request: Request) -> tuple[Asker, verification.Wish]:
        body = await read_body(request, compressed_limit=SMALL_BYTES, limit=SMALL_BYTES)
        asker = await asyncio.to_thread(hq.prove, request, body, "verify-send")
        at_work(asker)
        try:
            told = json.loads(body)
            fields = {name: str(told[name]) for name in _LONGEST}
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Refusal(422, "shape") from None
        about = tuple(part for part in fields["about"].split(",") if part)
        wrong = any(len(text) > _LONGEST[name] for name, text in fields.items()) or not fields["verification_id"]
        if wrong or fields["language"] not in ("zh", "en") or phone_of(fields["phone"]) != fields["phone"]:
            raise Refusal(422, "shape")
        if fields["purpose"] not in verification.rules().purposes or bool(about) != (fields["purpose"] == CONSENT):
            raise Refusal(422, "purpose")
        try:
            verification.titles(about, fields["language"])
        except KeyError:
            raise Refusal(422, "purpose") from None
        named = (fields["verification_id"], fields["phone"], fields["purpose"], about, fields["language"])
        return asker, verification.Wish(*named, store_id=asker.store_id, till=asker.till, device=asker.device)

    @routes.post("/verify-send")
    async def send(request: Request) -> Response:
        asker, wanted = await wish(request)
        gateway = hq.gateway
        if gateway is None:
            noted = verification.Noted("none")
        else:
            noted = await hq.commit(lambda connection: verification.note(connection, hq.clock, hq.people, wanted))
        state = noted.state
        if state == "new" and gateway is not None:
            letter = Letter(wanted.verification_id, verification.rules().channel, wanted.phone, noted.text)
            post = lambda: gateway.post(letter, hq.clock.now(), timeout=(CONNECT_S, READ_S))  # noqa: E731
            answer = await asyncio.get_running_loop().run_in_executor(posting, post)
            if answer:
                log.warning("the message gateway did not take a code: %s", answer)
            await hq.commit(lambda connection: verification.sent(connection, wanted.verification_id, taken=not answer))
            state = "failed" if answer else "sent"
        told: dict[str, object] = {"verification_id": wanted.verification_id, "code": state, "seconds": noted.wait_s}
        return hq.reply("verify-send", asker.nonce, asker.digest, told)

    @routes.post("/verify-check")
    async def check(request: Request) -> Response:
        asker, fields = await asked(hq, request, "verify-check", "verification_id", "attempt_id", "code")
        if not fields["code"].isascii() or not fields["code"].isdecimal() or not fields["attempt_id"]:
            raise Refusal(422, "shape")
        named = (asker.device, fields["verification_id"], fields["attempt_id"], fields["code"])
        answer = await hq.commit(lambda connection: verification.check(connection, hq.clock, hq.people, *named))
        told: dict[str, object] = {"verification_id": fields["verification_id"], "code": answer.code, "left": answer.left}
        return hq.reply("verify-check", asker.nonce, asker.digest, told)

    return routes
