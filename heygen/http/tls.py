"""Trust in servers: which CA certificates count, loaded no earlier than needed, and what a refusal means.

The system's trust is what OpenSSL's is: the certificates of one file and of one directory (SSL_CERT_FILE and
SSL_CERT_DIR name others). Parsing a file of all CAs takes tens of milliseconds; a hashed directory costs nothing until a
certificate is looked up in it. So the directory is tried alone first. What it accepts, both together accept; and where it
knows no issuer, the file is loaded and the server asked again. Nothing is accepted that both together would not.
"""

from __future__ import annotations

import os
import ssl
import sys

from heygen.core.errors import HeygenError, usage_error
from heygen.http.channel import Patience, is_timeout, reason
from heygen.http.failure import NotSent, TlsFailure, TransportFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket
    from typing import Callable, Iterator, Mapping

# Where systems keep their CAs, for a Python that was built elsewhere and looks in places that are not there.
KNOWN_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # RHEL, Fedora, Amazon Linux
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # macOS, the BSDs
)
_PARTIAL_CHAIN = 0x80000  # X509_V_FLAG_PARTIAL_CHAIN, which ssl names from 3.10: a given intermediate CA is enough

_EXPIRED, _NOT_YET_VALID, _SELF_SIGNED = 10, 9, 18
_UNKNOWN_ISSUERS = (2, 19, 20, 21)
_WRONG_NAMES = (62, 63, 64)


class Trust:
    """The CAs that servers are checked against: those of `bundle` alone where it names a file, else the system's."""

    def __init__(self, environ: Mapping[str, str], bundle: str | None = None) -> None:
        self._bundle = bundle
        self._file = environ.get("SSL_CERT_FILE") or None
        self._directory = environ.get("SSL_CERT_DIR") or None
        self._stages = self._plan()
        self._context: ssl.SSLContext | None = None

    def secure(self, dial: Callable[[], socket], host: str, patience: Patience) -> ssl.SSLSocket:
        """Return a TLS connection to the host over what `dial` connects. Raises TransportFailure, a usage error."""
        if self._context is None:
            self._context = next(self._stages)
        while True:
            connected = dial()
            try:
                connected.settimeout(patience.left())
                return self._context.wrap_socket(connected, server_hostname=host.rstrip("."))
            except ssl.SSLCertVerificationError as error:
                connected.close()
                wider = next(self._stages, None) if error.verify_code in _UNKNOWN_ISSUERS else None
                if wider is None:
                    raise self._distrust(error, host) from error
                self._context = wider
            except OSError as error:
                connected.close()
                raise _broken(error, host, patience) from error
            except BaseException:  # an interrupt
                connected.close()
                raise

    def _plan(self) -> Iterator[ssl.SSLContext]:
        """Make the contexts to try in turn, each of which accepts all that those before it do."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificates and names
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_flags |= _PARTIAL_CHAIN
        context.set_alpn_protocols(["http/1.1"])
        if self._bundle is not None:
            _load_file(context, self._bundle, "the CA bundle")
            yield context
            return
        paths = ssl.get_default_verify_paths()
        directory = self._directory or paths.openssl_capath
        is_hashed = _is_hashed(directory)
        if is_hashed or self._directory:
            context.load_verify_locations(capath=directory)
        if self._file:
            _load_file(context, self._file, "SSL_CERT_FILE")
            yield context
            return
        if is_hashed:
            yield context
        if sys.platform == "win32":
            context.load_default_certs()
        elif os.path.isfile(paths.openssl_cafile):
            _load_file(context, paths.openssl_cafile, "the system's CA file")
        elif not is_hashed:
            known = next(filter(os.path.isfile, KNOWN_FILES), None)
            if known is not None:
                _load_file(context, known, "the system's CA file")
        else:
            return
        yield context

    def _distrust(self, error: ssl.SSLCertVerificationError, host: str) -> TlsFailure:
        code = error.verify_code
        own_ca = (
            f"If this is the right server, add its CA to {self._bundle}"
            if self._bundle is not None
            else "If your network has its own CA, give its file with --ca-bundle <file>, "
            "or permanently with: heygen config set ca_bundle <file>"
        )
        if code == _EXPIRED:
            what = "has expired"
            hint = "Check the clock of this machine; if it is right, the server's owner needs to renew the certificate"
        elif code == _NOT_YET_VALID:
            what, hint = "is not valid yet", "Check the clock of this machine"
        elif code == _SELF_SIGNED:
            what, hint = "is self-signed", own_ca
        elif code in _UNKNOWN_ISSUERS:
            what, hint = "was issued by an unknown CA", own_ca
        elif code in _WRONG_NAMES:
            what = "is for a different name"
            hint = "Check HEYGEN_API_BASE; a proxy or a login page of the network may also answer in place of the server"
        else:
            what, hint = f"was refused: {error.verify_message}", own_ca
        return TlsFailure(f"{host} cannot be trusted: its certificate {what}", hint)


def _is_hashed(directory: str) -> bool:
    """Tell whether OpenSSL finds certificates in a directory by the hash of their subject (`c_rehash`)."""
    try:
        return any(len(name) == 10 and name[8:] == ".0" for name in os.listdir(directory))
    except OSError:
        return False


def _load_file(context: ssl.SSLContext, path: str, what: str) -> None:
    try:
        context.load_verify_locations(cafile=path)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        why = "it contains no certificate" if isinstance(error, ssl.SSLError) else reason(error)
        raise _unusable(what, path, why) from error


def _unusable(what: str, path: str, why: str) -> HeygenError:
    return usage_error(
        f"{what} {path} cannot be used: {why}", hint="It must be a file of CA certificates in PEM format"
    )


def _broken(error: OSError, host: str, patience: Patience) -> TransportFailure:
    if is_timeout(error):
        return patience.exhausted()
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)) or not isinstance(error, ssl.SSLError):
        return NotSent(f"{host} closed the connection during the TLS handshake: {reason(error)}")
    hint = None
    if error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"):
        hint = "The server there does not speak TLS: check the port, HEYGEN_API_BASE, and any proxy settings"
    words = (error.reason or reason(error)).replace("_", " ").lower()
    return TlsFailure(f"could not make a TLS connection to {host}: {words}", hint)
