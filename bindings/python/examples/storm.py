"""python3 storm.py N: the tokens of N tasks at once, a line each. PGHOST, PGPORT and PGUSER say for what."""

import asyncio
import os
import sys

import pgiam


async def main(count):
    where = {"host": os.environ["PGHOST"], "port": os.environ.get("PGPORT"), "user": os.environ["PGUSER"]}
    for token in await asyncio.gather(*(pgiam.aio.token(**where) for _ in range(count))):
        print(token)


try:
    asyncio.run(main(int(sys.argv[1])))
except pgiam.Error as error:
    sys.exit(f"storm: {error}")
