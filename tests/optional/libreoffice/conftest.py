"""A LibreOffice without a screen, and databases in it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "rds"))

from rds_fixtures import instance, rds  # noqa: E402, F401

COMMAND = os.environ["PGIAM_TEST_COMMAND"]
JARS = os.environ["PGIAM_TEST_JARS"]
REUSE = 1  # seconds for which a token serves again
# What Tools > Options > LibreOffice > Advanced > Class Path writes.
JAVA_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<java xmlns="http://openoffice.org/2004/java/framework/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<enabled xsi:nil="true"/><userClassPath xsi:nil="false">{class_path}</userClassPath>
<vmParameters xsi:nil="true"/><jreLocations xsi:nil="true"/><javaInfo xsi:nil="true"/></java>
"""


def value(name, content):
    made = PropertyValue()
    made.Name, made.Value = name, content
    return made


@pytest.fixture(scope="session")
def office(instance, tmp_path_factory):
    """The component context of a running LibreOffice, with an empty profile and the jars in its class path."""
    home = tmp_path_factory.mktemp("home")
    settings = home / "profile/user/config/javasettings_Linux_X86_64.xml"
    settings.parent.mkdir(parents=True)
    settings.write_text(JAVA_SETTINGS.format(class_path=JARS))
    pipe = f"pgiam-{os.getpid()}"
    command = [
        COMMAND, "exec", "--", "soffice", "--headless", "--norestore", "--nologo", "--nodefault",
        f"-env:UserInstallation=file://{home}/profile", f"--accept=pipe,name={pipe};urp;",
    ]  # fmt: skip
    environment = {
        "HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PGIAM_REUSE_SECONDS": str(REUSE),
        "LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": str(instance.hosts_file),
        **instance.credentials(),
    }  # fmt: skip
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        context = connect_to(process, pipe)
        yield context
        create(context, "com.sun.star.frame.Desktop").terminate()
        process.wait(timeout=240)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def create(context, service):
    return context.ServiceManager.createInstanceWithContext(service, context)


def connect_to(process, pipe):
    resolver = create(uno.getComponentContext(), "com.sun.star.bridge.UnoUrlResolver")
    end = time.monotonic() + 120
    while True:
        assert process.poll() is None and time.monotonic() < end
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.2)


class Database:
    """What a database document holds; each ask() is as if it had just been opened."""

    def __init__(self, office, url, settings):
        self.office, self.url, self.settings = office, url, settings

    def ask(self, sql):
        source = create(self.office, "com.sun.star.sdb.DatabaseContext").createInstance()
        source.URL = self.url
        source.Info = tuple(value(*setting) for setting in self.settings.items())
        connection = source.getConnection("app_user", "")
        try:
            rows = connection.createStatement().executeQuery(sql)
            rows.next()
            return rows.getString(1)
        finally:
            connection.close()


ROUTES = {
    "postgresql": ("sdbc:postgresql:host={host} port={port} dbname=postgres sslmode=verify-full sslrootcert={ca}", {}),
    "jdbc": (
        "jdbc:pgiam:postgresql://{host}:{port}/postgres?sslmode=verify-full&sslrootcert={ca}",
        {"JavaDriverClass": "org.pgiam.jdbc.PgiamDriver"},
    ),
}


@pytest.fixture(params=ROUTES)
def database(request, office, rds):
    url, settings = ROUTES[request.param]
    return Database(office, url.format(host=rds.host, port=rds.port, ca=rds.ca_file), settings)
