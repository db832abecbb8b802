"""Encryption at rest for tokens and client secrets.

Fernet keys come from the server's configuration or from a key file in its data folder, never from the
database, so that a copy of the database alone discloses nothing. Several keys allow rotation: the first
one encrypts, all of them decrypt.
"""

import os
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class VaultError(Exception):
    """The key is missing, unusable, or not the one that encrypted the value; somebody must reconnect."""


class Vault:
    """Encrypts and decrypts short texts.

    :param keys: Fernet keys as text, the newest first
    :raises VaultError: no key, or something that is no key
    """

    def __init__(self, keys):
        if not keys:
            raise VaultError("There is no encryption key")
        try:
            fernets = [Fernet(key) for key in keys]
        except (ValueError, TypeError):
            fernets = None
        if fernets is None:
            # Outside the handler: the original error could quote the key.
            raise VaultError("The encryption key is not a Fernet key")
        self._fernet = MultiFernet(fernets)

    def __repr__(self):
        return 'Vault(***)'

    def encrypt(self, text):
        """Return ``text`` encrypted with the first key."""
        return self._fernet.encrypt(text.encode()).decode('ascii')

    def decrypt(self, encrypted):
        """Return the text behind ``encrypted``; VaultError if none of the keys fits."""
        try:
            return self._fernet.decrypt(encrypted.encode()).decode()
        except (InvalidToken, UnicodeError):
            raise VaultError("The encryption key is not the one that protected this value") from None


def generate_key():
    """Return a new key as text."""
    return Fernet.generate_key().decode('ascii')


def load_or_create_key_file(path):
    """Return the keys in a file, one a line, the newest first; the file is created (0600) if missing.

    Safe when several processes start at once: a new file appears complete under its name or not at all,
    and all of them use the one that came first.

    :return: list of keys, as :class:`Vault` takes them
    :raises VaultError: the file exists and holds no key
    :raises OSError: the file can be neither read nor created
    """
    if not os.path.exists(path):
        _create_key_file(path)
    with open(path, encoding='ascii', errors='replace') as file:
        keys = file.read().split()
    if not keys:
        raise VaultError(f"The key file {path} is empty")
    return keys


def _create_key_file(path):
    """Write a new key under a private name and link it to ``path``, unless another process was faster."""
    private = f'{path}.{os.getpid()}.{secrets.token_hex(4)}'
    descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, 'w', encoding='ascii') as file:
            file.write(generate_key() + '\n')
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(private, path)
        except FileExistsError:
            return
    finally:
        os.unlink(private)
