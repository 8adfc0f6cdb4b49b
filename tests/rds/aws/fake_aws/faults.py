"""What can go wrong on the way to an answer."""

from dataclasses import dataclass, field
from email.utils import formatdate

from .http import Answer, json_answer

KINDS = ("status", "throttle", "slow", "hang", "half", "huge", "garbage", "date", "reset", "close", "redirect")


@dataclass
class Fault:
    """Happens to the next `count` requests to `service` whose path starts with `path`.

    status    answers `status` with `body` and `headers`
    throttle  answers 400 with the code `code`
    slow      answers after `seconds`
    hang      never answers
    half      says how long its answer is, sends half of it, closes
    huge      answers with `size` bytes
    garbage   answers 200 with `body`
    date      answers with a Date that is `seconds` off
    reset     closes with RST
    close     closes without a word
    redirect  answers 302 to `body`
    """

    service: str
    kind: str
    count: int = 1
    path: str = "/"
    status: int = 500
    body: str = "<html>this is neither what you want nor any good</html>"
    headers: dict = field(default_factory=dict)
    code: str = "Throttling"
    seconds: float = 0
    size: int = 64 << 20

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"no fault {self.kind}; there are {', '.join(KINDS)}")

    def concerns(self, request):
        return self.count > 0 and request.service == self.service and request.path.startswith(self.path)

    def happen(self, handler, request):
        getattr(self, f"_{self.kind}")(handler, request)

    def _status(self, handler, request):
        handler.send(Answer(self.status, self.body, self.headers))

    def _throttle(self, handler, request):
        if request.service in ("sts", "rds", "iam"):
            body = f"<ErrorResponse><Error><Code>{self.code}</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"
            return handler.send(Answer(400, body, {"Content-Type": "text/xml"} | self.headers))
        body = {"__type": self.code, "message": "Rate exceeded"}
        handler.send(json_answer(body, 400, **self.headers))

    def _slow(self, handler, request):
        handler.server_of_service.stopping.wait(self.seconds)
        handler.send(handler.answer(request))

    def _hang(self, handler, request):
        handler.server_of_service.stopping.wait()

    def _half(self, handler, request):
        answer = handler.answer(request)
        handler.send(answer, length=len(answer.body), cut=len(answer.body) // 2)
        handler.close_connection = True

    def _huge(self, handler, request):
        try:
            handler.send(Answer(200, b"x" * self.size))
        except OSError:
            handler.close_connection = True  # the client has had enough

    def _garbage(self, handler, request):
        handler.send(Answer(200, self.body, self.headers))

    def _date(self, handler, request):
        answer = handler.answer(request)
        answer.headers["Date"] = formatdate(handler.now() + self.seconds, usegmt=True)
        handler.send(answer)

    def _reset(self, handler, request):
        handler.reset()

    def _close(self, handler, request):
        handler.close_connection = True

    def _redirect(self, handler, request):
        handler.send(Answer(302, "", {"Location": self.body}))
