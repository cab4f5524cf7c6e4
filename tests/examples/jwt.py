# SPDX-License-Identifier: BSD-2-Clause
"""JSON web tokens (RFC 7519), signed with RSA (RFC 7518, 3.3 and 3.5).

The signature is checked by openssl(1), with the key of `certificate`.
"""

import base64
import hashlib
import json
import os
import ssl
import subprocess
import tempfile
import time

certificate = ""
# RFC 7518, 3.3 and 3.5: the salt is as long as the hash.
PADDING = {
    "RS256": [],
    "PS256": ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"],
}


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def thumbprint():
    """x5t#S256 of the certificate, RFC 7515, 4.1.8."""
    with open(certificate, encoding="ascii") as file:
        der = ssl.PEM_cert_to_DER_cert(file.read())
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")


def is_signed(algorithm, text, signature):
    with tempfile.TemporaryDirectory() as place:
        name = os.path.join(place, "signature")
        with open(name, "wb") as file:
            file.write(signature)
        key = os.path.join(place, "key")
        subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey",
                        "-out", key], check=True)
        return subprocess.run(
            ["openssl", "dgst", "-sha256", "-verify", key, "-signature", name]
            + PADDING[algorithm], input=text, capture_output=True).returncode == 0


def lives(claims):
    """Take away when it was made, ends and which it is; are they sound?"""
    now = time.time()
    made, ends = claims.pop("iat", 0), claims.pop("exp", 0)
    return (abs(now - made) < 60 and now < ends <= made + 3600
            and len(claims.pop("jti", "")) >= 16)


def differs(wanted, found):
    """Whether it is another JWT than `jwt HEADER CLAIMS` says."""
    try:
        read = json.JSONDecoder().raw_decode
        header, end = read(wanted, len("jwt "))
        claims, end = read(wanted, end + 1)
        parts = found.split(".")
        has, says = (json.loads(decode(part)) for part in parts[:2])
    except ValueError:
        return True
    if end != len(wanted):
        return True
    if header.get("x5t#S256") == "of the certificate":
        header["x5t#S256"] = thumbprint()
    return not (lives(says) and has == header and says == claims and is_signed(
        header["alg"], ".".join(parts[:2]).encode(), decode(parts[2])))
