"""A cloud is a folder and a line: nothing of AWS in the core outside clouds/aws but its registration, nor in a host's way to a
connection, nor in the command, but for what exists for AWS's sake. Comments may name it as an example; code that does is in
EXCEPTIONS, with the reason, and leaves it when that is gone."""
import pathlib
import re
import sys

AWS = re.compile(
    r"aws|amazon|access_key|x-amz|dsql|imds|\b(rds|sso|sts)\b|rds_iam|\b(region|profile)s?\b|kRegion|kProfile", re.I
)
WHERE = ["plugin/src", "hosts/common", "hosts/libpq", "hosts/odbc", "hosts/jdbc/src"]
ITS_OWN = ["plugin/src/clouds/aws/"]
# The command asks any cloud where it serves, and as whom.
AWS_ALONE = re.compile(r"aws|amazon|access_key|x-amz|dsql|imds|\b(rds|sso|sts|iam|arn)\b|rds_iam|rds_ad", re.I)
COMMAND = ["hosts/cli", "hosts/keeper"]
# What `pgiam setup` and `pgiam login` are for is in files of theirs.
OF_SETUP_AND_LOGIN = ["hosts/cli/setup_policy.cc", "hosts/cli/setup_sql.cc", "hosts/cli/login.cc"]
EXAMPLE = "an example or a line of a help text"
EXCEPTIONS = {
    ("plugin/src/clouds/registry.cc", r'#include "clouds/aws/aws\.h"|&aws::kRegistration,'): "the registration",
    ("plugin/src/clouds/examine/examiners.cc", r'#include "clouds/aws/|"aws\.", aws::examine'): "the registration of who examines",
    ("plugin/src/abi/reply.cc", r'case PGIAM_REPLY_REGION|fact\("region"\)'): "a number of ABI 1.0 for what is AWS's fact",
    ("hosts/cli/credentials.cc", r'"access_key_id"|"secret_access_key"|AWS credentials, in the form|For AWS\'s other tools'): "the command speaks AWS's own format",
    ("hosts/cli/exec.cc", r"psql .*rds\.amazonaws\.com"): EXAMPLE,
    ("hosts/cli/help.cc", r"short-lived AWS IAM passwords"): EXAMPLE,
    ("hosts/cli/ca.cc", r"the CA certificates of RDS|at Amazon's address"): EXAMPLE,
    ("hosts/cli/token.cc", r"RDS for MySQL and"): EXAMPLE,
    ("hosts/cli/odbc.cc", r"Servername = |PgiamSslrootcert = |Description=PostgreSQL with AWS IAM tokens"): EXAMPLE,
}
# The library reads a variable only where it is declared: beside the provider or helper that reads it, in an array.
READ = re.compile(r'\.get(?:_nonblank)?\(\s*"(AWS_\w+)"')
DECLARED = re.compile(r"constexpr const char\* k\w+\[\] = \{(.*?)\};", re.S)

SOURCES = {".h", ".c", ".cc", ".java", ".txt"}
COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.S)


def without_comments(text):
    """With as many lines as before."""

    def drop(match):
        return match[0] if match[0][0] == '"' else "\n" * match[0].count("\n")

    return COMMENT.sub(drop, text)


root = pathlib.Path(sys.argv[1]).resolve()
faults, used = [], set()
for path in sorted(path for folder in WHERE + COMMAND for path in (root / folder).rglob("*") if path.suffix in SOURCES):
    where = str(path.relative_to(root))
    code = without_comments(path.read_text())
    if any(where.startswith(folder) for folder in ITS_OWN):
        declared = "".join(DECLARED.findall(code))
        faults += [f"{where} reads {name}, which is in no array there" for name in READ.findall(code) if name not in declared]
        continue
    if where in OF_SETUP_AND_LOGIN:
        continue
    words = AWS_ALONE if where.startswith(tuple(COMMAND)) else AWS
    for number, line in enumerate(code.splitlines(), 1):
        if not words.search(line):
            continue
        excused = [key for key in EXCEPTIONS if key[0] == where and re.search(key[1], line)]
        used.update(excused)
        if not excused:
            faults.append(f"{where}:{number} is AWS's business: {line.strip()}")
faults += [
    f"{key[0]}: the exception {key[1]} is needed no more"
    for key in EXCEPTIONS
    if key not in used and (root / key[0]).exists()
]

print("\n".join(faults))
sys.exit(bool(faults))
