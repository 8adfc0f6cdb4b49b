"""What botocore finds as AWS credentials: {"id"} or {"error"}. AWS_ENDPOINT_URL_… lead to the services, for older
versions, too."""
import json
import os
import sys

import botocore.session

session = botocore.session.Session(profile=sys.argv[1] if len(sys.argv) > 1 else None)
create_client = session.create_client


def create_led_client(service, *positional, **named):
    url = os.environ.get("AWS_ENDPOINT_URL_" + service.upper().replace("-", "_"))
    return create_client(service, *positional, **{**named, "endpoint_url": url})


session.create_client = create_led_client
try:
    credentials = session.get_credentials()
    print(json.dumps({"id": credentials.get_frozen_credentials().access_key if credentials else None}))
except Exception as error:  # whatever it is, it is botocore's answer
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
