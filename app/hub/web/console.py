"""stub"""

from fastapi import APIRouter
from app.hub.headquarters import Headquarters


def router(hq: Headquarters) -> APIRouter:
    return APIRouter()
