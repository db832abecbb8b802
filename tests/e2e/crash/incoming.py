"""What comes from QuickBooks while the drain is killed: it is in Odoo's books once."""
from .scenarios import scenario
from .stage import Stage


def received(stage: Stage, move) -> str:
    """Let a bookkeeper receive 40 of an invoice's 100, and Odoo hear of it; return the payment's Id in QuickBooks."""
    with stage.env() as env:
        invoice = stage.remote_id(env, move.with_env(env))
    payment = stage.work_there('receive_payment', applied={invoice: '40'}, deposit_to=stage.bank)['Id']
    stage.tell('Payment', payment)
    return payment


@scenario()
def a_payment_that_comes_in(stage):
    """Read, booked and linked; told twice."""
    with stage.env() as env:
        move = stage.standing(env)
    payment = received(stage, move)
    stage.tell('Payment', payment)
    with stage.env() as env:
        return [stage.expected(move.with_env(env), residual='60')]


@scenario()
def a_payment_that_comes_in_beside_what_goes_out(stage):
    """By turns."""
    with stage.env() as env:
        move = stage.standing(env)
    received(stage, move)
    with stage.env() as env:
        return [stage.expected(move.with_env(env), residual='60'), stage.expected(stage.post(env))]


@scenario()
def a_payment_that_is_taken_back(stage):
    """Voided there after it had come in."""
    with stage.env() as env:
        move = stage.standing(env)
    payment = received(stage, move)
    stage.settle()
    stage.work_there('void', entity='Payment', remote_id=payment)
    stage.tell('Payment', payment)
    with stage.env() as env:
        return [stage.expected(move.with_env(env), residual='100')]


@scenario()
def a_payment_that_cannot_be_read_just_now(stage):
    """QuickBooks does not answer; it is read later."""
    with stage.env() as env:
        move = stage.standing(env)
    received(stage, move)
    stage.script(path='/query', kind='reset')
    with stage.env() as env:
        return [stage.expected(move.with_env(env), residual='60')]
