"""A browser at the console of a hub on the workbench, and what its forms carry."""

from __future__ import annotations

import re

import requests
from hub_bench import HubBench

from app.hub import publishing

PASSWORD = "correct horse battery"


def token_in(html: str) -> str:
    """What proves that a form came from the page: that of the first form."""
    found = re.search('name="csrf" value="([^"]+)"', html)
    assert found
    return found.group(1)


def stranger() -> requests.Session:
    """A browser that nobody logged in with, and that asks no proxy."""
    browser = requests.Session()
    browser.trust_env = False
    return browser


def logged_in(bench: HubBench, name: str = "admin") -> requests.Session:
    """A browser with which somebody new of headquarters is logged in."""
    publishing.create_console_user(bench.archive, name, PASSWORD)
    browser, at = stranger(), f"{bench.url}/console/login"
    form = {"csrf": token_in(browser.get(at, timeout=60).text), "name": name, "password": PASSWORD}
    browser.post(at, data=form, timeout=60)
    return browser
