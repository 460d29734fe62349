"""A provider of logins (OpenID Connect) on this computer, for tests: whoever is named is let in."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "the app"
PEOPLE = ("anna", "ben")


@contextmanager
def running_provider() -> Iterator[str]:
    """Start it; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Provider)
    server.key = RSAKey.generate_key(2048, parameters={"kid": "test", "use": "sig", "alg": "RS256"})
    thread = threading.Thread(target=server.serve_forever, name="login-provider", daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Provider(BaseHTTPRequestHandler):
    """Discovery, a page on which one says who one is, tokens, and the key that signs them."""

    def do_GET(self) -> None:
        """Everything but tokens."""
        here, path = f"http://localhost:{self.server.server_port}", urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(path.query).items()}
        if path.path == "/.well-known/openid-configuration":
            places = {f"{name}_endpoint": f"{here}/{name}" for name in ("authorization", "token")}
            more = {"response_types_supported": ["code"], "subject_types_supported": ["public"]}
            signed = {"id_token_signing_alg_values_supported": ["RS256"], "jwks_uri": f"{here}/jwks"}
            self._json({"issuer": here, **places, **more, **signed})
        elif path.path == "/jwks":
            self._json({"keys": [self.server.key.as_dict(private=False)]})
        elif path.path == "/authorization":
            links = "".join(f"<p>{self._link(asked, person)}</p>" for person in PEOPLE)
            self._answer(f"<h1>Who are you?</h1>{links}".encode(), "text/html")
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        """A token for a code."""
        length = int(self.headers["Content-Length"])
        code = parse_qs(self.rfile.read(length).decode())["code"][0]
        person, nonce = json.loads(base64.urlsafe_b64decode(code))
        here, now = f"http://localhost:{self.server.server_port}", int(time.time())
        claims = {"iss": here, "sub": person, "aud": CLIENT, "iat": now, "exp": now + 600, "nonce": nonce}
        claims |= {"name": person.capitalize(), "email": f"{person}@example.org"}
        token = jwt.encode({"alg": "RS256", "kid": "test"}, claims, self.server.key)
        self._json({"access_token": "x", "token_type": "Bearer", "expires_in": 600, "id_token": token})

    def log_message(self, format: str, *args: object) -> None:
        """Be quiet."""

    def _link(self, asked: dict[str, str], person: str) -> str:
        code = base64.urlsafe_b64encode(json.dumps([person, asked.get("nonce", "")]).encode()).decode()
        query = urlencode({"code": code, "state": asked["state"]})
        return f'<a href="{asked["redirect_uri"]}?{query}">{person}</a>'

    def _json(self, values: dict) -> None:
        self._answer(json.dumps(values).encode(), "application/json")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
