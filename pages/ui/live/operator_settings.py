"""What an operator sets for the Live page: ICE servers, and how many sessions at once.

Every name is read from the environment, else from the root of Streamlit's secrets
(`.streamlit/secrets.toml`, or "Secrets" on Community Cloud):

| name                  | meaning |
|-----------------------|---------|
| `FER_STUN_URLS`       | STUN servers, separated by spaces: `stun:stun.example.org:3478` |
| `FER_TURN_URLS`       | TURN servers, separated by spaces: `turns:turn.example.org:443?transport=tcp` |
| `FER_TURN_USERNAME`   | user name at the TURN servers |
| `FER_TURN_CREDENTIAL` | password at the TURN servers |
| `FER_TURN_SECRET`     | instead of the two: coturn's `static-auth-secret`; credentials then expire |
| `FER_LIVE_SESSIONS`   | live sessions at once on this machine; `fer.live.default_limit()` if not set |
| `FER_LIVE_UNITS`      | `0`: no Action Units while live, for a weak machine |

With neither STUN nor TURN nobody outside is asked (`iceServers: []`): right on one's own computer or
within one network. TURN is needed where browser and server cannot reach each other, as on Community Cloud.
"""

import base64
import hashlib
import hmac
import os
import time
from collections.abc import Callable

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from fer.errors import SettingsError
from fer.live import default_limit

STUN_URLS, TURN_URLS = "FER_STUN_URLS", "FER_TURN_URLS"
TURN_USERNAME, TURN_CREDENTIAL, TURN_SECRET = "FER_TURN_USERNAME", "FER_TURN_CREDENTIAL", "FER_TURN_SECRET"
LIVE_SESSIONS, LIVE_UNITS = "FER_LIVE_SESSIONS", "FER_LIVE_UNITS"
CREDENTIAL_S = 6 * 3600
"""How long a credential made from `FER_TURN_SECRET` is valid."""

Lookup = Callable[[str], str]


def setting(name: str) -> str:
    """A setting of the operator as text; empty if it is not there."""
    if name in os.environ:
        return os.environ[name].strip()
    try:
        return str(st.secrets.get(name, "")).strip()
    except StreamlitSecretNotFoundError:
        return ""


def rtc_configuration(lookup: Lookup = setting, *, now_s: float | None = None) -> dict:
    """What browser and server use to find a way to each other.

    Args:
        lookup: Name -> text.
        now_s: Seconds since 1970, for credentials that end; now if not given.

    Returns:
        An ``RTCConfiguration``: ``{"iceServers": [{"urls": [...], ...}, ...]}``.

    Raises:
        SettingsError: A URL has the wrong scheme, or TURN has no credential.
    """
    servers = []
    for name, schemes in ((STUN_URLS, ("stun:", "stuns:")), (TURN_URLS, ("turn:", "turns:"))):
        urls = lookup(name).replace(",", " ").split()
        if wrong := [url for url in urls if not url.startswith(schemes)]:
            raise SettingsError(f"{name} holds {wrong[0]!r}: a URL there starts with {' or '.join(schemes)}.")
        if urls:
            more = _credential(lookup, now_s) if name == TURN_URLS else {}
            servers.append({"urls": urls} | more)
    return {"iceServers": servers}


def _credential(lookup: Lookup, now_s: float | None) -> dict:
    """User name and password for TURN; from a shared secret they end after `CREDENTIAL_S`.

    Reference: draft-uberti-behave-turn-rest-00, section 2.2.
    """
    if secret := lookup(TURN_SECRET):
        username = f"{int(time.time() if now_s is None else now_s) + CREDENTIAL_S}:fer"
        digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
        return {"username": username, "credential": base64.b64encode(digest).decode()}
    pair = lookup(TURN_USERNAME), lookup(TURN_CREDENTIAL)
    if not all(pair):
        raise SettingsError(
            f"{TURN_URLS} is set: set {TURN_USERNAME} and {TURN_CREDENTIAL} too, or {TURN_SECRET}."
        )
    return dict(zip(("username", "credential"), pair, strict=True))


def session_limit(lookup: Lookup = setting) -> int:
    """Live sessions at once.

    Raises:
        SettingsError: `FER_LIVE_SESSIONS` is no whole number from 1 on.
    """
    text = lookup(LIVE_SESSIONS)
    if not text:
        return default_limit()
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(f"{LIVE_SESSIONS} is {text[:20]!r}: set a whole number, 1 or more.")
    return int(text)


def with_units(lookup: Lookup = setting) -> bool:
    """Whether Action Units are measured while live.

    Raises:
        SettingsError: `FER_LIVE_UNITS` is neither 0 nor 1.
    """
    text = lookup(LIVE_UNITS) or "1"
    if text not in ("0", "1"):
        raise SettingsError(f"{LIVE_UNITS} is {text[:20]!r}: set 0 or 1.")
    return text == "1"
