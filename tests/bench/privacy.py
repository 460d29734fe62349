"""What the app sends and writes during a whole visit, as the kernel sees it. Needs strace.

    python -m tests.bench.privacy [--live-seconds 60] [--allow ADDRESS]

Exit status 1 if anything was sent to another machine than those allowed (configured ICE servers), if a name
was looked up, if anything was written, or if the visit did not come to its end.
"""

import argparse
import ipaddress
import re
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.bench.visit import VisitError, visit
from tests.helpers.live_app import running_app

CALLS = (
    "connect,sendto,sendmsg,sendmmsg,openat,?openat2,?open,?creat,mkdirat,?mkdir,?rename,?renameat,renameat2,"
    "linkat,?link,symlinkat,?symlink,mknodat,?mknod,truncate"
)
"""Those with a question mark are not on every processor."""
ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
PORT = re.compile(r"sin6?_port=htons\((\d+)\)")
OPENED = re.compile(r'\b(open\w*|creat|mkdir\w*|rename\w*|(?:sym)?link\w*|mknod\w*|truncate)\(.*?"([^"]+)"')
WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|O_TRUNC")
NAMES_PORT = "53"
"""Name look-ups leave the machine, even those that a resolver on it takes."""
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
    found = OPENED.search(line)
    if found is None or re.search(r"= -1 E", line):
        return None
    call, path = found.groups()
    return path if WRITING.search(line) or not call.startswith("open") else None


def is_local(target: str, own: set[str]) -> bool:
    """Whether it stays on this machine (or asks the local network for a browser's own name)."""
    address, _, port = target.split()
    if port == NAMES_PORT:
        return False
    return address in own | {MDNS} or ipaddress.ip_address(address).is_loopback


@dataclass(frozen=True)
class Seen:
    """What a tracer saw.

    Args:
        calls: How many calls were watched.
        addresses: Address -> how often something was sent there.
        outside: Addresses with ports that are not allowed.
        paths: Path that was written -> how often.
    """

    calls: int
    addresses: Counter
    outside: tuple[str, ...]
    paths: Counter

    def __str__(self) -> str:
        return (
            f"{self.calls} calls watched\n"
            f"sent to: {_list(self.addresses) or 'nobody'}\n"
            f"sent outside: {', '.join(self.outside) or 'nothing'}\n"
            f"written: {_list(self.paths) or 'nothing'}"
        )


def _list(counted: Counter) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counted.items())


def seen_in(lines: list[str], own: set[str]) -> Seen:
    """Judge a tracer's lines.

    Args:
        lines: Its log.
        own: Addresses that may be sent to.
    """
    targets = Counter(target for line in lines if (target := sent_to(line)))
    paths = Counter(path for line in lines if (path := written(line)) and not path.startswith(HARMLESS))
    outside = tuple(target for target in targets if not is_local(target, own))
    return Seen(len(lines), Counter(target.split()[0] for target in targets.elements()), outside, paths)


def tracer(log: Path) -> list[str]:
    """A command's prefix that writes its calls, and those of its children, into a file."""
    return ["strace", "-f", "-qq", "--seccomp-bpf", "-e", f"trace={CALLS}", "-o", str(log)]


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
    trouble = ""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "calls")
        with running_app(prefix=tracer(log), PYTHONDONTWRITEBYTECODE="1") as (address, _):
            try:
                visit(address, live_s=args.live_seconds)
            except VisitError as error:
                trouble = f"{error}."
        lines = log.read_text(errors="replace").splitlines()
    seen = seen_in(lines, own_addresses() | set(args.allow))
    print(f"{args.live_seconds:.0f} s live, {seen}")
    if trouble:
        print(trouble, file=sys.stderr)
    return 1 if seen.outside or seen.paths or trouble else 0


if __name__ == "__main__":
    sys.exit(main())
