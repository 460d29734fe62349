"""Who a visitor is: the person who is logged in, else the browser, by a key that nobody can guess.

The key stands in a cookie, so that a reloaded tab or a typed address is known again; it is in no address and
in no page. Whoever has it is taken for this visitor.
"""

import re
import secrets
from collections.abc import Mapping

import streamlit as st
from streamlit import runtime

from fer.errors import SettingsError
from fer.library import places

COOKIE = "fer_visitor"
KEY = "visitor_key"
"""Session key: this browser's key."""
NEEDED = "visitor_cookie_needed"
"""Session key: what is to be done to the browser's cookie."""
FIRST, ANEW = "first", "anew"
KEPT_S = 400 * 24 * 3600
"""As long as browsers let a cookie live; without a library it goes with the browser."""

_KEY = re.compile(r"[\w-]{43}", re.ASCII)
_JS = """
export default function ({ data }) {
  const there = document.cookie.split("; ").some((one) => one.startsWith(data.name + "="));
  if (there && !data.anew) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const age = data.age ? "; Max-Age=" + data.age : "";
  document.cookie = data.name + "=" + data.key + "; Path=/; SameSite=Strict" + age + secure;
}
"""
_cookie = st.components.v2.component("visitor_cookie", js=_JS)


def browser_key() -> str:
    """This browser's key; a new one where it has none."""
    if KEY not in st.session_state:
        given = _cookies().get(COOKIE, "")
        known = bool(_KEY.fullmatch(given))
        st.session_state[NEEDED] = "" if known else FIRST
        st.session_state[KEY] = given if known else secrets.token_urlsafe(32)
    return st.session_state[KEY]


def use_key(key: str) -> bool:
    """Be known by another browser's key from now on; False where that is none."""
    if not _KEY.fullmatch(key.strip()):
        return False
    st.session_state[KEY], st.session_state[NEEDED] = key.strip(), ANEW
    return True


def remember() -> None:
    """Let the browser keep its key. Draws nothing; to be called at the end of a page."""
    key = browser_key()
    if needed := st.session_state[NEEDED]:
        age, anew = KEPT_S if keeps_sessions() else 0, needed == ANEW
        _cookie(key="visitor_cookie", data={"name": COOKIE, "key": key, "age": age, "anew": anew}, height=1)


def keeps_sessions() -> bool:
    """Whether there is a library of kept sessions here; a switch that cannot be read is off."""
    try:
        return places.is_on()
    except SettingsError:
        return False


def login_is_on() -> bool:
    """An operator has set up who may log in, see docs/DEPLOY.md."""
    return "is_logged_in" in _user()


def person() -> str:
    """Whoever is logged in, as their provider calls them for good; empty where nobody is."""
    user = _user()
    issuer, subject = user.get("iss"), user.get("sub")
    if not user.get("is_logged_in"):
        return ""
    return f"{issuer} {subject}" if issuer and subject else ""


def person_name() -> str:
    """What a person reads of whoever is logged in."""
    return str(_user().get("name") or _user().get("email") or "somebody")


def owner() -> str:
    """Whom kept sessions belong to."""
    return person() or browser_key()


def visit() -> str:
    """Whom open work belongs to: a browser, and in it a person."""
    return f"{person()} {browser_key()}"


def ask_to_log_in() -> bool:
    """A way in, where one is needed.

    Returns:
        The page is not to be shown.
    """
    if not login_is_on() or person():
        return False
    st.title("Log in", anchor=False)
    st.markdown("Whoever runs this app has set that one logs in first. What you keep is seen by you only.")
    st.button("Log in", icon=":material/login:", type="primary", on_click=st.login)
    return True


def _user() -> Mapping:
    """What Streamlit knows of whoever is logged in."""
    return st.user


def _cookies() -> dict[str, str]:
    return dict(st.context.cookies) if runtime.exists() else {}
