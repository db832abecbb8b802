"""What a person sees: the consent page here, the books in books.py."""

from html import escape

from . import books, desk, hookpages


def respond(sim, request):
    """The pages of the books, what their forms do, and the page of webhooks."""
    words = request.path.strip('/').split('/')
    with sim.lock:
        if words == ['webhooks']:
            return hookpages.respond(sim, request)
        if request.method == 'POST':
            done = desk.respond(sim, request, *words[1:]) if len(words) == 5 else None
            return done or books.missing()
        return books.respond(sim, request, desk.forms)


def consent(app, companies, params):
    """Choose a company, allow or deny."""
    choices = ''.join(
        f'<label class="choice"><input type="radio" name="realm_id" value="{escape(company.realm_id)}"'
        f'{" checked" if position == 0 else ""}> <b>{escape(company.name)}</b> '
        f"<small>{company.country} · {company.home_currency} · {company.realm_id}</small></label>"
        for position, company in enumerate(companies))
    hidden = ''.join(f'<input type="hidden" name="{key}" value="{escape(value or "")}">'
                     for key, value in params.items())
    return books.page("Connect to QuickBooks", f"""
<section class="card narrow"><h1>{escape(app.client_id)} wants to use your accounting data</h1>
<p>Choose the company that it may read and write.</p>
<form method="post" action="/connect/oauth2">{hidden}{choices}
<p class="buttons"><button name="decision" value="approve" class="primary">Connect</button>
<button name="decision" value="deny">No, thanks</button></p></form></section>""")


def consent_refused(error):
    """The page that is shown instead of a redirect when the request itself is wrong."""
    body = (f'<section class="card narrow"><h1>Uh oh, there is a connection problem</h1>'
            f"<p>{escape(error.description or error.error)}</p><p><code>{escape(error.error)}</code></p></section>")
    response = books.page("Connection problem", body)
    response.status_code = error.status
    return response


