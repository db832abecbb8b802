"""requestid: the same id with the same content gets the stored answer; nothing is done twice ("QBO: Basic ID and
field definitions"). How long answers are kept, what other content under the same id gets, and whether refusals are
kept too, are switches."""

import hashlib
from datetime import timedelta

from . import faults

MAX_LENGTH = 50
MAX_BATCH_LENGTH = 36
MAX_BID = 10
_PASSING = {'3001', '10000'}  # throttled, system failure: nothing was decided, so nothing is kept


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

        :raises faults.Refusal: the refusal that was kept; 600 for other content under the same id, while the switch
            says so
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
        if isinstance(answer, faults.Refusal):
            raise answer
        return answer

    def keep(self, company, key, content, answer):
        """Remember an answer: a body, or the Refusal that was the answer."""
        self._answers[company.realm_id, key] = (self._clock.now(), _digest(content), answer)

    def keep_refusal(self, company, key, content, refusal, is_batch=False):
        """Remember that a request was refused, as far as the switch says and anything was decided at all."""
        kept = company.switch('requestid_faults')
        if refusal.code not in _PASSING and (kept == 'all' or (kept == 'batch' and is_batch)):
            self.keep(company, key, content, refusal)

    def forget(self, older_than=0):
        """Lose the answers that are at least so many seconds old; returns how many."""
        limit = self._clock.now() - timedelta(seconds=older_than)
        old = [key for key, (when, _digest, _answer) in self._answers.items() if when <= limit]
        for key in old:
            del self._answers[key]
        return len(old)


def _digest(content):
    return hashlib.sha256(content.encode()).hexdigest()
