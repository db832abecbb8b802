"""requestid: the same id with the same content gets the stored answer; nothing is done twice ("QBO: Basic ID and
field definitions"). How long answers are kept, and what other content under the same id gets, are switches."""

import hashlib

from . import faults

MAX_LENGTH = 50
MAX_BATCH_LENGTH = 36
MAX_BID = 10


def check(request_id, batch_items=None):
    """Length rules.

    :raises faults.Refusal: 2130
    """
    limit = MAX_BATCH_LENGTH if batch_items is not None else MAX_LENGTH
    if len(request_id) > limit:
        raise _malformed(request_id, limit)
    for item in batch_items or []:
        if len(str(item.get('bId') or '')) > MAX_BID:
            raise _malformed(item.get('bId'), MAX_BID)


def _malformed(value, limit):
    return faults.Refusal(2130, "Invalid Request Id Format",
                          f"The request id must be at most {limit} characters long. Supplied value:{value}")


class Answers:
    """Stored answers of one simulator, by realm and request id."""

    def __init__(self, clock):
        self._clock = clock
        self._answers = {}

    def replay(self, company, key, content):
        """The stored answer, or None when the request is to be performed.

        :raises faults.Refusal: 600 for other content under the same id, while the switch says so
        """
        stored = self._answers.get((company.realm_id, key))
        if stored is None:
            return None
        when, digest, answer = stored
        if (self._clock.now() - when).total_seconds() > company.switch('requestid_seconds'):
            del self._answers[company.realm_id, key]
            return None
        if digest != _digest(content) and company.switch('requestid_conflict') == 'fault':
            raise faults.Refusal(600, "Duplicate Request ID",
                                 f"The request id {key} was used before with another request")
        return answer

    def keep(self, company, key, content, answer):
        """Remember an answer."""
        self._answers[company.realm_id, key] = (self._clock.now(), _digest(content), answer)


def _digest(content):
    return hashlib.sha256(content.encode()).hexdigest()
