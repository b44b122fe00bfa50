"""Certificates for servers on loopback, from an authority of our own.

They carry the key identifiers and usages that Python 3.13 and later insist on.
"""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a key, of a kind that takes no time."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Write a private key as the programs read it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def common_name(text: str) -> x509.Name:
    """Make a name of one part."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """Say what a key may be used for: an authority's or a server's."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def unsigned(subject: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    """Begin a certificate with what all of ours have in common."""
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(common_name(issuer), common_name(subject), key, x509.random_serial_number())
    builder = builder.not_valid_before(now - DAY).not_valid_after(now + 7 * DAY)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


@frozen
class Authority:
    """A certificate authority: one name, one key."""

    name: str
    key: ec.EllipticCurvePrivateKey
    pem: bytes

    def server(self, *names: str) -> tuple[bytes, bytes]:
        """Make certificate and key, as PEM, of a server that is called by these names or addresses."""
        key = new_key()
        builder = unsigned(names[0], self.name, key.public_key())
        builder = builder.add_extension(x509.SubjectAlternativeName(list(map(general_name, names))), critical=False)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(usage(signs_certificates=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM), key_pem(key)


def authority(name: str = "kubernetes") -> Authority:
    """Make a certificate authority."""
    key = new_key()
    builder = unsigned(name, name, key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(usage(signs_certificates=True), critical=True)
    return Authority(name, key, builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))


def general_name(text: str) -> x509.GeneralName:
    """Read an address or a DNS name."""
    try:
        return x509.IPAddress(IPv4Address(text))
    except ValueError:
        return x509.DNSName(text)
