"""A QGIS that opens a table as a layer and counts its rows at each line of input. Its arguments: host and port."""

import sys

from qgis.core import QgsApplication, QgsDataSourceUri, QgsVectorLayer

host, port = sys.argv[1:]
application = QgsApplication([], False)
application.initQgis()
application.messageLog().messageReceived.connect(lambda text, *_: print(text, file=sys.stderr, flush=True))
uri = QgsDataSourceUri()
uri.setConnection(host, port, "postgres", "app_user", "", QgsDataSourceUri.SslVerifyFull)
uri.setDataSource("public", "orders", None, "", "id")
layer = QgsVectorLayer(uri.uri(), "orders", "postgres")
print("valid" if layer.isValid() else "not valid", flush=True)
for _ in sys.stdin:
    print(sorted(feature["name"] for feature in layer.getFeatures()), flush=True)
application.exitQgis()
