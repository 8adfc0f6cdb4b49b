"""What pgjdbc's properties mean: held against the jar and against the command."""

# "ssl", and the sslmode that it stands for.
SSL_WORDS = {
    "ssl": "verify-full",
    "ssl=": "verify-full",
    "ssl=true": "verify-full",
    "ssl=TRUE": "verify-full",
    "ssl=false": "prefer",
    "ssl=1": "prefer",
    "ssl=true&sslmode=require": "require",
}
