"""Bench addon: pushes by OCA queue_job."""

from . import models
