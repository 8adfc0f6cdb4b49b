// node storm.js N: the tokens of N callers at once, a line each. PGHOST, PGPORT and PGUSER say for what.
'use strict';

const pgiam = require('pgiam');

async function main(count) {
  const where = { host: process.env.PGHOST, port: process.env.PGPORT, user: process.env.PGUSER };
  const tokens = await Promise.all(Array.from({ length: count }, () => pgiam.token(where)));
  console.log(tokens.join('\n'));
}

main(Number(process.argv[2])).catch((error) => {
  console.error(`storm: ${error.message}`);
  process.exitCode = 1;
});
