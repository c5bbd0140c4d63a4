"""SHA-256 without OpenSSL: `hashlib` loads all of that, three milliseconds of every change.

Python's own C code is there for this (`random` takes it likewise). It is slower on much data, so whoever hashes
whole deliverables takes `hashlib`.
"""

try:
    from _sha2 import sha256 as _sha256
except ImportError:  # before Python 3.12
    try:
        from _sha256 import sha256 as _sha256
    except ImportError:  # a Python that is not CPython
        from hashlib import sha256 as _sha256


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes in hex digits."""
    digest: str = _sha256(data).hexdigest()
    return digest
