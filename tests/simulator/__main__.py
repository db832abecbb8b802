"""`python -m tests.simulator --port N`: QuickBooks Online on loopback."""

import argparse
import signal
import sys

from .server import Server
from .simulator import Simulator


def main(argv=None):
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog='python -m tests.simulator', description=__doc__)
    parser.add_argument('--port', type=int, default=8765)
    parser.add_argument('--host', default='127.0.0.1')
    parser.add_argument('--environment', choices=('sandbox', 'production'), default='sandbox')
    parser.add_argument('--redirect-uri', action='append', default=[], help="register for the default app")
    options = parser.parse_args(argv)
    simulator = Simulator(environment=options.environment)
    simulator.oauth.register('sim-client', redirect_uris=options.redirect_uri)
    server = Server(simulator, options.host, options.port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"QuickBooks simulator on {server.url}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return


if __name__ == '__main__':
    main()
