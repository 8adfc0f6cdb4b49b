"""What pgiam ca install leaves in a home."""

from pathlib import Path

# Who have signed nothing here.
AMAZONS = (Path(__file__).resolve().parents[2] / "plugin/src/clouds/aws/ca/rds-roots.pem").read_text()


def of_the_instance(rds):
    with open(rds.ca_file) as file:
        return "# root 9c8f 2021-05-21 2061-05-21 * The instance's\n" + file.read()


def install_roots(home, text):
    bundle = home / ".local/share/pgiam/rds-ca.pem"
    bundle.parent.mkdir(parents=True, exist_ok=True)
    bundle.write_text(text)
