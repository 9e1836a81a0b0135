# Copyright (c) 2026 The openvpn.cloudconnexa contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m emulator``: serves until it is interrupted or terminated."""

from __future__ import annotations

import argparse
import os
import shlex
import signal

from .server import Emulator
from .switches import SWITCHES


def _arguments() -> argparse.Namespace:
    switches = "\n".join(f"  {name}: {' | '.join(positions)}\n      {why}" for name, (positions, why) in SWITCHES.items())
    parser = argparse.ArgumentParser(
        prog="emulator",
        description="An emulator of the CloudConnexa API on loopback. It is not the service, and it holds everything in memory.",
        epilog=f"switches, default first:\n{switches}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, metavar="N", help="0 for any free port (default)")
    parser.add_argument("--tls", metavar="DIR", help="serve https; the CA's certificate is written to DIR/ca.pem")
    parser.add_argument(
        "--switch", action="append", default=[], metavar="NAME=POSITION", help="what the service does where no source says it"
    )
    parser.add_argument("--burst", type=int, metavar="N", help="rate limit: calls that are possible at once")
    parser.add_argument("--rate", type=int, default=1, metavar="N", help="calls given back per interval (default 1)")
    parser.add_argument("--interval", type=int, default=1, metavar="SECONDS", help="of the rate (default 1)")
    parser.add_argument("--token-lifetime", type=float, default=43199, metavar="SECONDS")
    parser.add_argument("--env-file", metavar="PATH", help="write the variables there as a shell script, once connections are accepted")
    parser.add_argument("--no-check-responses", action="store_true", help="do not check own answers against the OpenAPI document")
    return parser.parse_args()


def _write_private(path: str, text: str) -> None:
    """Appears whole or not at all, readable by its owner only."""
    draft = f"{path}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    os.replace(draft, path)


def main() -> None:
    arguments = _arguments()
    # Blocked before the server's thread starts, so that only sigwait below sees them.
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    limits = {"burst": arguments.burst, "rate": arguments.rate, "interval": arguments.interval} if arguments.burst else None
    try:
        emulator = Emulator(
            tls=arguments.tls is not None,
            ca_dir=arguments.tls,
            port=arguments.port,
            switches=dict(item.partition("=")[::2] for item in arguments.switch),
            limits=limits,
            token_lifetime=arguments.token_lifetime,
            check_responses=not arguments.no_check_responses,
        )
    except ValueError as error:
        raise SystemExit(f"emulator: {error}") from None
    with emulator:
        exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in emulator.env.items())
        print(f"This is an emulator of the CloudConnexa API, not the service. It listens on {emulator.base_url}\n\n{exports}", flush=True)
        if arguments.env_file:
            _write_private(arguments.env_file, exports)
        signal.sigwait(signals)
        if arguments.env_file:
            os.unlink(arguments.env_file)


if __name__ == "__main__":
    main()
