"""Keys: what is wrong with them, and what only AWS knows of them."""

from world import KEY, OTHER, OTHER_SECRET, SECRET, STALE, TEMPORARY, TEMPORARY_SECRET, TOKEN, Seed

NO_ENV = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}


def of_env(title, expect, says="", key=KEY, secret=SECRET, token=None, **more):
    return Seed("keys", title, expect, env={"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}, says=says, **more)


def of_file(title, expect, text, says="", kind="keys", env=(), **more):
    return Seed(kind, title, expect, env=NO_ENV | dict(env), files={".aws/credentials": text}, says=says, **more)


def keys(key=KEY, secret=SECRET, name="default", more=""):
    return f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n{more}"


SEEDS = [
    of_env("one letter of the secret is wrong", "wrong_secret", secret=SECRET[:-1] + "B", says="AWS_SECRET_ACCESS_KEY"),
    of_env("the secret lost its last letter", "wrong_secret", secret=SECRET[:-1], says="39 characters"),
    of_env("the secret of another key", "wrong_secret", secret=OTHER_SECRET),
    of_env("the secret in upper case", "wrong_secret", secret=SECRET.upper()),
    of_env("the key is unknown", "unknown_key", key="AKIAEXAMPLEEXAMPLE99", says="AWS_ACCESS_KEY_ID"),
    of_env("a letter of the key is missing", "unknown_key", key=KEY[:-1]),
    of_env("the key in lower case", "unknown_key", key=KEY.lower()),
    of_env("a temporary key without its token", "session_token_missing no_credentials configuration", key=TEMPORARY, secret=TEMPORARY_SECRET, says="AWS_SESSION_TOKEN"),
    of_env("a token left over beside a lasting key", "session_token_foreign", token="stale" * 50, says="AWS_SESSION_TOKEN"),
    of_env("the token lost its end", "session_token_invalid", key=TEMPORARY, secret=TEMPORARY_SECRET, token=TOKEN[:-3]),
    of_env("the token of other credentials", "session_token_invalid", key=TEMPORARY, secret=TEMPORARY_SECRET, token="other" * 60),
    of_env("temporary credentials that expired", "expired_credentials", key=STALE, secret=TEMPORARY_SECRET, token=TOKEN, says="expired"),
    of_env("quotation marks in the secret's variable", "quoted_credentials", secret=f'"{SECRET}"', says="AWS_SECRET_ACCESS_KEY"),
    of_env("quotation marks in the key's variable", "quoted_credentials", key=f"'{KEY}'", says="AWS_ACCESS_KEY_ID"),
    of_env("a blank within the secret", "blank_in_credentials wrong_secret", secret=SECRET[:20] + " " + SECRET[20:]),
    of_env("key and secret are swapped", "unknown_key wrong_secret", key=SECRET, secret=KEY),
    of_env("only the key is set", "no_credentials configuration", secret=None, says="AWS_SECRET_ACCESS_KEY"),
    of_env("only the secret is set", "no_credentials configuration", key=None, says="AWS_ACCESS_KEY_ID"),
    of_env("the key is empty", "no_credentials configuration", key="", says="AWS_ACCESS_KEY_ID"),
    of_env("the key's policy is for somebody else", "no_permission", key=OTHER, secret=OTHER_SECRET, says="123456789012"),
    of_file("a wrong secret in the file", "wrong_secret", keys(secret=SECRET[:-1] + "Z"), says="credentials:3"),
    of_file("an unknown key in the file", "unknown_key", keys(key="AKIAEXAMPLEEXAMPLE99"), says="credentials:2"),
    of_file("quotation marks in the file", "quoted_credentials", keys(secret=f'"{SECRET}"'), says="credentials:3"),
    of_file("quotation marks around the key in the file", "quoted_credentials", keys(key=f'"{KEY}"'), says="credentials:2"),
    of_file("a stale token in the file", "session_token_foreign", keys(more="aws_session_token = stalestale\n"), says="aws_session_token"),
    of_file("the secret is missing in the file", "no_credentials configuration", f"[default]\naws_access_key_id = {KEY}\n", says="aws_secret_access_key"),
    of_file("the key is missing in the file", "no_credentials configuration", f"[default]\naws_secret_access_key = {SECRET}\n", says="aws_access_key_id"),
    of_file("a temporary key in the file without token", "session_token_missing no_credentials configuration", keys(TEMPORARY, TEMPORARY_SECRET), says="aws_session_token"),
    of_file("expired credentials in the file", "expired_credentials", keys(STALE, TEMPORARY_SECRET, more=f"aws_session_token = {TOKEN}\n")),
    of_file("the keys of the wrong profile", "no_permission", keys(OTHER, OTHER_SECRET) + keys(name="prod"), says="user/other"),
    of_file("a profile of that name with other keys", "no_permission", keys(OTHER, OTHER_SECRET, "dev") + keys(), env={"AWS_PROFILE": "dev"}),
    of_file("an unknown key in another profile", "unknown_key", keys("AKIAEXAMPLEEXAMPLE99", name="dev"), env={"AWS_PROFILE": "dev"}, says="dev"),
]
