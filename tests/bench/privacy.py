"""What the app sends and writes during a whole visit, as the kernel sees it. Needs strace.

    python -m tests.bench.privacy [--live-seconds 60] [--allow ADDRESS]

Exit status 1 if anything was sent to another machine than those allowed (configured ICE servers), or written.
"""

import argparse
import ipaddress
import re
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.bench.visit import server, visit

CALLS = "connect,sendto,sendmsg,sendmmsg,openat,creat,mkdir,mkdirat,rename,renameat,renameat2"
ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
PORT = re.compile(r"sin6?_port=htons\((\d+)\)")
OPENED = re.compile(r'(?:openat|creat|mkdir\w*|rename\w*)\(.*?"([^"]+)"')
WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|creat\(|mkdir|rename")
MDNS = "224.0.0.251"
"""Chromium hides its own address behind a name.local, which is asked for on the local network."""

HARMLESS = ("/dev/", "/proc/")
"""Devices and the kernel's own files keep nothing."""


def sent_to(line: str) -> str | None:
    """Address and port that a traced call names; None if it names none or has no port (a look at routes)."""
    address, port = ADDRESS.search(line), PORT.search(line)
    if address is None or port is None or port[1] == "0":
        return None
    return f"{address[1] or address[2]} port {port[1]}"


def written(line: str) -> str | None:
    """Path that a traced call opened for writing, made or renamed; None for others and for failed calls."""
    path = OPENED.search(line)
    if path is None or not WRITING.search(line) or re.search(r"= -1 E", line):
        return None
    return path[1]


def is_local(target: str, own: set[str]) -> bool:
    """Whether it stays on this machine (or asks the local network for a browser's own name)."""
    address = target.split()[0]
    return address in own | {MDNS} or ipaddress.ip_address(address).is_loopback


def own_addresses() -> set[str]:
    """Addresses of this machine's interfaces."""
    from aioice.ice import get_host_addresses

    return set(get_host_addresses(use_ipv4=True, use_ipv6=True))


def main() -> int:
    """Visit under strace, print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--live-seconds", type=float, default=60.0)
    parser.add_argument("--allow", nargs="*", default=[], help="addresses of configured ICE servers")
    args = parser.parse_args()
    if shutil.which("strace") is None:
        print("strace is not installed: apt-get install strace", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "calls")
        prefix = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", f"trace={CALLS}", "-o", str(log)]
        with server(prefix, PYTHONDONTWRITEBYTECODE="1") as (address, _pid):
            visit(address, live_s=args.live_seconds)
        lines = log.read_text(errors="replace").splitlines()
    targets = Counter(target for line in lines if (target := sent_to(line)))
    paths = Counter(path for line in lines if (path := written(line)) and not path.startswith(HARMLESS))
    own = own_addresses() | set(args.allow)
    outside = [target for target in targets if not is_local(target, own)]
    print(f"{len(lines)} calls watched, {args.live_seconds:.0f} s live")
    kinds = Counter(target.split()[0] for target in targets.elements())
    print("sent to: " + (", ".join(f"{name} ({count})" for name, count in kinds.items()) or "nobody"))
    print("sent outside: " + (", ".join(outside) or "nothing"))
    print("written: " + (", ".join(f"{path} ({count})" for path, count in paths.items()) or "nothing"))
    return 1 if outside or paths else 0


if __name__ == "__main__":
    sys.exit(main())
