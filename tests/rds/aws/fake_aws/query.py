"""AWS's query protocol: a form comes in, XML goes out. STS, RDS and IAM speak it."""

import uuid
from xml.sax.saxutils import escape

from .http import Answer
from .keys import Refused

FORBIDDEN = ("AccessDenied", "ExpiredToken", "SignatureDoesNotMatch", "InvalidClientTokenId")


def element(name, value):
    """<name>…</name> of a text, a number, a bool, a dictionary (its members) or a list of (name, value)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        value = "true" if value else "false"
    if isinstance(value, dict):
        value = value.items()
    elif not isinstance(value, list):
        return f"<{name}>{escape(str(value))}</{name}>"
    return f"<{name}>{''.join(element(*member) for member in value)}</{name}>"


def answer(request, namespace, version, actions):
    """`actions`: by name, (the parameters that are known, a function from request and form to the result's members)."""
    request_id = str(uuid.uuid4())
    headers = {"Content-Type": "text/xml", "x-amzn-RequestId": request_id}
    try:
        if request.method != "POST" or request.path != "/":
            request.problem(f"{request.method} {request.path} instead of POST /")
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            request.problem("the content type is not application/x-www-form-urlencoded")
        form = request.form
        action = form.pop("Action", "")
        if form.pop("Version", "") != version or action not in actions:
            raise Refused("InvalidAction", f"Could not find operation {action} for version {version}")
        known, function = actions[action]
        for name in form:
            if name not in known and not any(name.startswith(list_ + ".") for list_ in known):
                request.problem(f"the parameter {name} was not asked for")
        result = element(f"{action}Result", function(request, form))
        body = (
            f'<?xml version="1.0"?>\n<{action}Response xmlns="{namespace}">{result}'
            f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>\n"
        )
        return Answer(200, body, headers)
    except Refused as refused:
        status = 403 if refused.code in FORBIDDEN else 404 if "Not" in refused.code or refused.code.startswith("NoSuch") else 400
        error = element("Error", {"Type": "Sender", "Code": refused.code, "Message": str(refused)})
        body = f'<ErrorResponse xmlns="{namespace}">{error}<RequestId>{request_id}</RequestId></ErrorResponse>\n'
        return Answer(status, body, headers)
