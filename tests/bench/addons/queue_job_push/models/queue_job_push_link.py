"""One request and one write a document."""

import json

import requests

from odoo import fields, models


class QueueJobPushLink(models.Model):
    """The link of a document, on which nothing depends: the cheapest place to note what came back.

    A write on the invoice itself, whatever the field, would cost several times what the rest of the job does.
    """

    _name = 'queue_job_push.link'
    _description = "Link of a Pushed Document (bench)"
    _log_access = False

    remote_id = fields.Char()

    def push(self, url):
        """Post a payload and note what came back."""
        payload = json.loads(self.env['ir.config_parameter'].sudo().get_param('queue_job_push.payload'))
        answer = requests.post(url, json=payload, timeout=20).json()
        self.remote_id = answer['Invoice']['Id']
