"""The page of webhooks: where they go, a button for test events, and what became of each post."""

from html import escape

from werkzeug.utils import redirect

from . import books, notices


def respond(sim, request):
    """/webhooks: GET shows, POST registers the target or (with `test`) sends an event."""
    if request.method == 'POST':
        form = {key: value.strip() for key, value in request.form.items() if value.strip()}
        if 'test' in form:
            sim.webhooks.test(form['test'])
        else:
            try:
                sim.webhooks.register(**form)
            except (ValueError, TypeError) as error:
                response = books.page("Webhooks", f'<section class="card narrow"><p>{escape(str(error))}</p></section>')
                response.status_code = 400
                return response
        return redirect('/webhooks', 303)
    return books.page("Webhooks", "<h1>Webhooks</h1>" + _targets(sim) + _form() + _posts(sim))


def _targets(sim):
    rows = ''.join(
        f"<tr><td>{escape(target.client_id)}</td><td>{escape(target.url)}</td><td>{target.format}</td>"
        f'<td class="num">{len(target.waiting) + sum(post.events for post in target.queue)}</td>'
        f'<td class="num">{target.dropped}</td></tr>' for target in sim.webhooks.targets.values())
    buttons = ''.join(f'<button name="test" value="{company.realm_id}">Send a test event of {escape(company.name)}'
                      '</button> ' for company in sim.companies.values())
    return ("<table><thead><tr><th>App</th><th>Address</th><th>Format</th><th class='num'>Waiting</th>"
            f"<th class='num'>Lost</th></tr></thead><tbody>{rows}</tbody></table>"
            f'<form method="post" action="/webhooks"><p class="buttons">{buttons}</p></form>'
            ) if rows else "<p>Nobody wants to be told yet.</p>"


def _form():
    choices = ''.join(f"<option>{form}</option>" for form in (notices.CLASSIC, notices.CLOUDEVENTS))
    return (f'<form class="card desk" method="post" action="/webhooks"><label>Address<input name="url"></label>'
            f'<label>Verifier token<input name="token"></label><label>Format<select name="format">{choices}</select>'
            '</label><p class="buttons"><button class="primary">Save</button></p></form>')


def _posts(sim):
    rows = ''.join(
        f'<tr><td class="num">{post.number}</td><td class="num">{post.events}</td>'
        f'<td class="{"good" if post.state == "delivered" else "bad"}">{post.state}</td>'
        f"<td>{escape(_attempts(post))}</td>"
        f"<td><details><summary>body</summary><pre>{escape(post.body.decode())}</pre></details></td></tr>"
        for post in reversed(sim.webhooks.log[-100:]))
    return ("<h2>Latest posts</h2><table><thead><tr><th class='num'>#</th><th class='num'>Events</th><th>State</th>"
            f"<th>Attempts</th><th></th></tr></thead><tbody>{rows}</tbody></table>")


def _attempts(post):
    return '; '.join(f"{each['at'][11:19]} {each['outcome']} ({each['seconds']} s)" for each in post.attempts)
