"""What a job does."""

from . import queue_job_push_link
