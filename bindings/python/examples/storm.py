"""python3 storm.py N: the tokens of N tasks at once, a line each. PGHOST, PGPORT and PGUSER say for what."""

import asyncio
import os
import sys

import pgiam


async def main(count: int) -> None:
    host, port, user = os.environ["PGHOST"], os.environ.get("PGPORT"), os.environ["PGUSER"]
    for token in await asyncio.gather(*(pgiam.aio.token(host=host, port=port, user=user) for _ in range(count))):
        print(token)


try:
    asyncio.run(main(int(sys.argv[1])))
except pgiam.Error as error:
    sys.exit(f"storm: {error}")
