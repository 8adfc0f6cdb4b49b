"""Django: "ENGINE": "pgiam.django" in DATABASES. pgiam's options and `credentials` stand among the OPTIONS."""
