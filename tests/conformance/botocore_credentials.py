"""What botocore finds as AWS credentials: {"id", "account"} or {"error"}. FAKE_AWS stands for every service."""
import json
import os
import sys

import botocore.session

session = botocore.session.Session(profile=sys.argv[1] if len(sys.argv) > 1 else None)
create_client = session.create_client


def create_fake_client(service, *positional, **named):
    return create_client(service, *positional, **{**named, "endpoint_url": os.environ["FAKE_AWS"]})


session.create_client = create_fake_client
try:
    credentials = session.get_credentials()
    print(json.dumps({"id": credentials.get_frozen_credentials().access_key if credentials else None}))
except Exception as error:  # whatever it is, it is botocore's answer
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
