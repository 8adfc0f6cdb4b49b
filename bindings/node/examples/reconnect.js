// node reconnect.js: logs in over a pool, waits for a line, and logs in again where its sessions are gone. PGHOST, PGPORT, PGUSER,
// PGDATABASE and PGSSLROOTCERT say where.
'use strict';

const fs = require('node:fs');
const { once } = require('node:events');
const pg = require('pg');
const pgiam = require('pgiam');

const where = { host: process.env.PGHOST, port: Number(process.env.PGPORT || 5432), user: process.env.PGUSER };
const ssl = { ca: fs.readFileSync(process.env.PGSSLROOTCERT, 'utf8') };
const pool = new pg.Pool({ ...where, database: process.env.PGDATABASE, ssl, password: pgiam.password(where) });
pool.on('error', () => {}); // an idle session whose server is gone: the pool makes another

async function ask() {
  return (await pool.query('SELECT session_user')).rows[0].session_user;
}

async function persist(tries) {
  try {
    return await ask();
  } catch (error) {
    if (tries === 0) throw error;
    return persist(tries - 1);
  }
}

async function main() {
  await ask();
  console.log('connected');
  await once(process.stdin, 'data');
  await persist(20); // a pool hands out a session whose server is gone once more
  console.log('done');
}

main().then(() => process.exit(), (error) => {
  console.error(`reconnect: ${error.message}`);
  process.exit(1);
});
