'use strict';

// What drivers take as `ssl`.
const fs = require('node:fs');
const { PgiamError } = require('./errors.js');
const { defaultContext } = require('./context.js');
const { isDisabled } = require('./disabled.js');
const { native } = require('./native.js');

/** libpq's sslmode and sslrootcert in the words of Node's tls. Without a root, and with "system", whom Node itself trusts. */
function tlsOf(mode, root) {
  if (!mode.startsWith('verify')) return { rejectUnauthorized: false };
  const ca = !root || root === 'system' ? undefined : fs.readFileSync(root, 'utf8');
  return mode === 'verify-full' ? { ca } : { ca, checkServerIdentity: () => undefined };
}

/**
 * TLS as the library has it for a connection of which nobody says anything: the server is verified once `pgiam ca install` was run, or where
 * options (tls, sslrootcert) ask for it. For `new pg.Pool({…, ssl: pgiam.ssl({host, port, user})})` and what else takes Node's options.
 * undefined where the host is not ours: it is the driver's.
 */
function ssl(given = {}) {
  const { context, ...ours } = given;
  if (isDisabled()) return undefined;
  const told = (context || defaultContext())._explain({ ...ours, canApply: 'password,sslmode,sslrootcert' });
  if (told.sslmode) return tlsOf(told.sslmode, told.sslrootcert);
  if (told.target === 'none' || told.tls === 'off') return undefined;
  throw refusal(told.error);
}

/** Its status is a number of pgiam.h's there. */
function refusal({ status, message, hint, code, commands }) {
  const name = Object.entries(native().constants).find(([key, value]) => key.startsWith('E_') && value === status)?.[0] || 'E_INTERNAL';
  return new PgiamError(name.slice('E_'.length), message, { hint, code, commands });
}

module.exports = { ssl, tlsOf };
