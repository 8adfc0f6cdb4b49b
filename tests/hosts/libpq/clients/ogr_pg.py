import os
import sys

from osgeo import ogr

ogr.UseExceptions()


def connect():
    global source
    source = ogr.Open("PG:" + os.environ["CONNINFO"].replace("'", ""))


def query():
    return source.ExecuteSQL("SELECT session_user").GetNextFeature().GetField(0)


for line in sys.stdin:
    try:
        if line.strip() != "query":
            connect()
        print(query(), flush=True)
    except (RuntimeError, AttributeError) as error:
        print("error", " ".join(str(error).split()), flush=True)
