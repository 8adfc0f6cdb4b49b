"""Runs inside LibreOffice's Python: office.py PIPE SOURCE. Reads commands, a line each: "connect", "query SQL",
"tables", "end"; answers each with a line."""

import sys
import time

import uno

pipe, source = sys.argv[1:]
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)


def desktop_context():
    for _ in range(600):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.1)
    raise SystemExit("LibreOffice does not answer")


context = desktop_context()
bases = context.ServiceManager.createInstanceWithContext("com.sun.star.sdb.DatabaseContext", context)
base = bases.createInstance()
base.URL = f"sdbc:odbc:{source}"
connection = None

for line in sys.stdin:
    command, _, argument = line.rstrip("\n").partition(" ")
    try:
        if command == "connect":
            connection = base.getIsolatedConnection("", "")  # not the one that it shares
            print("connected", flush=True)
        elif command == "query":
            rows = connection.createStatement().executeQuery(argument)
            rows.next()
            print(rows.getString(1), flush=True)
        elif command == "tables":
            print(*[name for name in connection.getTables().getElementNames() if "public" in name], flush=True)
        elif command == "end":
            desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
            desktop.terminate()
            break
    except Exception as error:
        print("error", str(error).replace("\n", " "), flush=True)
