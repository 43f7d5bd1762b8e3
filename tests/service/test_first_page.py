"""The page of the first administrator, as a browser gets it: what it may load, and what it says.

Faults it catches: an inline script that the page's own policy refuses; a script that looks for what
the page has not; a second click that is told the link is over; a focus that cannot be seen.
"""

import re

from tests.service.visitors import Service


def _text(service: Service, address: str) -> str:
    answer = service.nobody.get(address)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    return answer.text


def test_the_page_loads_only_its_own_and_has_what_its_script_looks_for(small: Service) -> None:
    page, script = _text(small, "/first"), _text(small, "/first.js")
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", page)
    assert {*re.findall(r'(?:src|href)="([^"]+)"', page)} == {"/first.js", "/first.css"}
    ids = {*re.findall(r' id="([^"]+)"', page)}
    assert {*re.findall(r'getElementById\("([^"]+)"\)', script)} <= ids
    assert {*re.findall(r' for="([^"]+)"', page)} == {"name", "login", "password"} <= ids


def test_a_second_click_asks_nothing(small: Service) -> None:
    """The first one has used the link up: its good answer would be written over."""
    script = _text(small, "/first.js")
    off, asked, on = (
        script.index(one)
        for one in ("button.disabled = true", "fetch(", "button.disabled = form.hidden")
    )
    assert script.index("if (button.disabled) { return; }") < off < asked < on


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 has it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_who_uses_the_keyboard_sees_where_they_are(small: Service) -> None:
    """Three to one against the page, WCAG 2.2, 1.4.11."""
    style = _text(small, "/first.css")
    (ring,) = re.findall(r":focus\{outline:3px solid #([0-9a-f]{6})", style)
    assert (1 + 0.05) / (_luminance(ring) + 0.05) >= 3
