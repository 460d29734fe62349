"""Settings of the operator: ICE servers and the cap on live sessions."""

import base64
import hashlib
import hmac

import pytest

from fer.errors import SettingsError
from fer.live import default_limit
from pages.ui.live import operator_settings
from pages.ui.live.operator_settings import rtc_configuration, session_limit, setting, with_units


def given(**values: str):
    return lambda name: values.get(name, "")


def test_without_settings_nobody_outside_is_asked():
    assert rtc_configuration(given()) == {"iceServers": []}
    assert session_limit(given()) == default_limit() >= 2


def test_stun_and_turn_with_a_password():
    lookup = given(
        FER_STUN_URLS="stun:a:1 stun:b:2",
        FER_TURN_URLS="turn:c:3,turns:d:443?transport=tcp",
        FER_TURN_USERNAME="anna",
        FER_TURN_CREDENTIAL="word",
    )
    assert rtc_configuration(lookup) == {
        "iceServers": [
            {"urls": ["stun:a:1", "stun:b:2"]},
            {
                "urls": ["turn:c:3", "turns:d:443?transport=tcp"],
                "username": "anna",
                "credential": "word",
            },
        ]
    }


def test_a_shared_secret_becomes_a_credential_that_ends():
    lookup = given(FER_TURN_URLS="turn:c:3", FER_TURN_SECRET="north")
    [server] = rtc_configuration(lookup, now_s=1000.0)["iceServers"]
    assert server["username"] == f"{1000 + operator_settings.CREDENTIAL_S}:fer"
    wanted = hmac.new(b"north", server["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(server["credential"]) == wanted


@pytest.mark.parametrize(
    "values",
    [
        {"FER_STUN_URLS": "https://example.org"},
        {"FER_TURN_URLS": "stun:c:3"},
        {"FER_TURN_URLS": "turn:c:3"},
        {"FER_TURN_URLS": "turn:c:3", "FER_TURN_USERNAME": "anna"},
    ],
)
def test_a_wrong_setting_says_its_name(values):
    with pytest.raises(SettingsError, match="FER_"):
        rtc_configuration(given(**values))


@pytest.mark.parametrize("text", ["0", "-1", "many", "2.5"])
def test_a_wrong_cap_says_its_name(text):
    with pytest.raises(SettingsError, match="FER_LIVE_SESSIONS"):
        session_limit(given(FER_LIVE_SESSIONS=text))
    assert session_limit(given(FER_LIVE_SESSIONS="3")) == 3


def test_action_units_can_be_left_out_while_live():
    assert with_units(given()) and with_units(given(FER_LIVE_UNITS="1"))
    assert not with_units(given(FER_LIVE_UNITS="0"))
    with pytest.raises(SettingsError, match="FER_LIVE_UNITS"):
        with_units(given(FER_LIVE_UNITS="off"))


def test_the_environment_comes_before_the_secrets_and_none_is_needed(monkeypatch):
    monkeypatch.delenv("FER_STUN_URLS", raising=False)
    assert setting("FER_STUN_URLS") == ""
    monkeypatch.setenv("FER_STUN_URLS", " stun:a:1 ")
    assert setting("FER_STUN_URLS") == "stun:a:1"
