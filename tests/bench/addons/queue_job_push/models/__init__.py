"""What a job does."""

from . import account_move
