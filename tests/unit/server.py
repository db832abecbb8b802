"""An HTTP server in a thread that does, request by request, what a test scripted, however rude."""

import json
import socket
import ssl
import struct
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict
    headers: dict
    body: bytes


class ScriptedServer:
    """Context manager; ``script`` holds the acts to come, ``seen`` the requests so far.

    :param ssl_context: speak TLS
    """

    def __init__(self, ssl_context=None):
        self.script = []
        self.seen = []
        self.released = threading.Event()
        self._http = ThreadingHTTPServer(('127.0.0.1', 0), self._handler())
        self._http.daemon_threads = True
        if ssl_context:
            self._http.socket = ssl_context.wrap_socket(self._http.socket, server_side=True)
        self.url = f'{"https" if ssl_context else "http"}://127.0.0.1:{self._http.server_port}'
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={'poll_interval': 0.01}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self.released.set()
        self._http.shutdown()
        self._http.server_close()

    def then(self, *acts):
        """Append acts to the script."""
        self.script.extend(acts)
        return self

    def _handler(self):
        stage = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def _serve(self):
                length = int(self.headers.get('Content-Length') or 0)
                address = urlsplit(self.path)
                stage.seen.append(Seen(
                    self.command, address.path, parse_qs(address.query, keep_blank_values=True),
                    {name.lower(): value for name, value in self.headers.items()}, self.rfile.read(length)))
                stage.script.pop(0)(self, stage)

            do_GET = do_POST = do_PUT = _serve

            def log_message(self, *args):
                """Keep the terminal quiet."""

        return Handler


def answer(body=None, status=200, headers=None, content_type='application/json'):
    """Answer properly; a dict or list as body is sent as JSON, text and bytes as they are."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
    data = body.encode() if isinstance(body, str) else body or b''

    def act(handler, _stage):
        handler.send_response(status)
        handler.send_header('Content-Type', content_type)
        handler.send_header('Content-Length', str(len(data)))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)
    return act


def hang(_handler, stage):
    """Read the request and never answer, until the test is over."""
    stage.released.wait(10)


def trickle(handler, stage):
    """Send the head and half a body, then fall silent."""
    handler.send_response(200)
    handler.send_header('Content-Length', '1000')
    handler.end_headers()
    handler.wfile.write(b'{"Invoice": {')
    handler.wfile.flush()
    stage.released.wait(10)


def reset(handler, _stage):
    """Read the request, then reset the connection."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    handler.connection.close()
    handler.close_connection = True


def hang_up(handler, _stage):
    """Read the request, then close the connection without a word."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def cut_short(handler, _stage):
    """Promise more bytes than are sent."""
    handler.send_response(200)
    handler.send_header('Content-Length', '1000')
    handler.end_headers()
    handler.wfile.write(b'{"Invoice": {"Id": "1"}}')
    handler.close_connection = True


def cut_chunk(handler, _stage):
    """End in the middle of a chunk."""
    handler.send_response(200)
    handler.send_header('Transfer-Encoding', 'chunked')
    handler.end_headers()
    handler.wfile.write(b'400\r\n{"Invoice": {')
    handler.close_connection = True


def not_gzip(handler, _stage):
    """Claim a compression that is not there."""
    handler.send_response(200)
    handler.send_header('Content-Encoding', 'gzip')
    handler.send_header('Content-Length', '4')
    handler.end_headers()
    handler.wfile.write(b'oops')


def closed_port():
    """Return a port on this machine where nothing listens."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def self_signed(folder):
    """Write a certificate for 127.0.0.1 that nobody vouches for; return (server context, certificate path)."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, '127.0.0.1')])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address('127.0.0.1'))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256()))
    path = folder / 'server.pem'
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path
