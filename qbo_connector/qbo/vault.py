"""Encryption of secrets at rest: Fernet, with several keys for rotation."""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class VaultError(Exception):
    """A secret cannot be read with the keys at hand (lost or exchanged), or a key is malformed."""


class Vault:
    """Encrypts with the first key and decrypts with any.

    :param keys: Fernet keys (url-safe base64 of 32 bytes), newest first
    :raises VaultError: a key is malformed, or there is none
    """

    def __init__(self, keys):
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            self._fernet = None
        if self._fernet is None:
            raise VaultError("An encryption key is malformed; it must be a Fernet key")

    def encrypt(self, text):
        """Return the encrypted text, itself plain ASCII."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, text):
        """Return the secret.

        :raises VaultError: encrypted with another key, or tampered with
        """
        try:
            return self._fernet.decrypt(text.encode()).decode()
        except InvalidToken:
            pass
        raise VaultError("The stored secret was encrypted with another key")


def generate_key():
    """Return a new random key."""
    return Fernet.generate_key().decode()


def load_or_create_key_file(path):
    """Return the key in a file, generating the file (mode 0600) when it is missing.

    Processes that start at once agree on one key: the file is written aside and linked into place, which only one can do.
    """
    path = Path(path)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f'{path.name}.{os.getpid()}-{os.urandom(4).hex()}')
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, 'w') as file:
            file.write(generate_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            pass  # another process was first; its key counts
        finally:
            aside.unlink()
    return path.read_text().strip()
