#!/usr/bin/python3
"""Makes tests/vectors/sigv4 with botocore (Debian's python3-botocore): every stage of some RDS tokens.

The vectors are committed, so that the unit tests need no botocore; run this to make them anew.
"""
import datetime
import pathlib

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from urllib.parse import quote

WHEN = datetime.datetime(2026, 1, 31, 23, 59, 59)
HOST = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
CASES = {
    "plain": (5432, "app_user", Credentials("AKIAIOSFODNN7EXAMPLE", SECRET)),
    "port443": (443, "app_user", Credentials("AKIAIOSFODNN7EXAMPLE", SECRET)),
    "session": (5432, "o'brien & söhne +100%", Credentials("ASIAIOSFODNN7EXAMPLE", SECRET, "IQoJb3JpZ2luX2VjE//+tok==en*")),
}


class FixedDatetime(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return WHEN


class Recorder(botocore.auth.SigV4QueryAuth):
    def canonical_request(self, request):
        self.canonical = super().canonical_request(request)
        return self.canonical

    def string_to_sign(self, request, canonical_request):
        self.to_sign = super().string_to_sign(request, canonical_request)
        return self.to_sign


def main():
    botocore.auth.datetime.datetime = FixedDatetime
    for name, (port, user, credentials) in CASES.items():
        signer = Recorder(credentials, "rds-db", "eu-west-1", expires=900)
        url = f"https://{HOST}:{port}/?Action=connect&DBUser={quote(user, safe='-._~')}"
        request = AWSRequest(method="GET", url=url)
        signer.add_auth(request)
        folder = pathlib.Path(__file__).parent / "sigv4" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "canonical_request").write_text(signer.canonical)
        (folder / "string_to_sign").write_text(signer.to_sign)
        (folder / "token").write_text(request.url[len("https://"):])


main()
