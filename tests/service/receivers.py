"""Receivers of webhooks for tests: real servers on the loopback, plain and with a certificate."""

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["Receiver", "certificate", "receiving"]


class Receiver:
    """What a running receiver got, and how it answers: by the path of the request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.came = threading.Semaphore(0)
        self.closed = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.got.append((self.path, headers, body))
        what, _, more = self.path.partition("?")[0].strip("/").partition("/")
        getattr(self, f"_{what}", self._status)(what, more)
        self.receiver.came.release()

    def _status(self, what: str, more: str) -> None:
        self.send_response(int(what))
        self.send_header("content-length", "2")
        if more:
            self.send_header("retry-after", more)
        self.end_headers()
        self.wfile.write(b"ok")

    def _redirect(self, what: str, more: str) -> None:
        self.send_response(int(more))
        self.send_header("location", f"http://127.0.0.1:{self.receiver.port}/200")
        self.send_header("content-length", "0")
        self.end_headers()

    def _large(self, what: str, more: str) -> None:
        """An answer without end, compressed as it says, until nobody reads on."""
        self.send_response(200)
        self.send_header("content-encoding", "gzip")
        self.end_headers()
        self._until_closed(b"x" * 4096)

    def _drip(self, what: str, more: str) -> None:
        """Headers without end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self._until_closed(b"x-more: 1\r\n")

    def _until_closed(self, chunk: bytes) -> None:
        try:
            while True:
                self.wfile.write(chunk)
        except OSError:
            self.close_connection = True

    def _silent(self, what: str, more: str) -> None:
        self.receiver.closed.wait()
        self.close_connection = True

    def _nonsense(self, what: str, more: str) -> None:
        self.wfile.write(b"\x00\x01 no HTTP at all\r\n\r\n")
        self.close_connection = True

    def _hangup(self, what: str, more: str) -> None:
        self.close_connection = True

    def _short(self, what: str, more: str) -> None:
        self.send_response(int(more))
        self.send_header("content-length", "100")
        self.end_headers()
        self.wfile.write(b"ten bytes.")
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def receiving(
    tls: tuple[Path, Path] | None = None, address: str = "127.0.0.1"
) -> Iterator[Receiver]:
    """A receiver on a free port of the loopback, with a certificate and key or in plain."""

    class Handler(_Handler):
        pass

    server = ThreadingHTTPServer((address, 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver = Handler.receiver = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closed.set()
        server.shutdown()
        thread.join()
        server.server_close()


def certificate(folder: Path, *names: str) -> tuple[Path, Path]:
    """A certificate of one's own for some names and addresses, and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test receiver")])
    now = datetime.datetime.now(datetime.UTC)
    called: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
        for name in names
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(called), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "receiver.pem", folder / "receiver.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, secret
