'use strict';

// What drivers take as `password`.
const { PgiamError } = require('./errors.js');
const { defaultContext } = require('./context.js');
const { isDisabled } = require('./disabled.js');
const { sslmodeOf } = require('./request.js');

const DRIVERS_OWN = ['host', 'port', 'user', 'database'];

/**
 * A function for `new pg.Pool({…, password: pgiam.password()})`, called for each connection. node-postgres hands its parameters over
 * since 8.19; for drivers that hand over nothing: pgiam.password({host, port, user}). What is given here wins.
 */
function password(given = {}) {
  const { context, ...ours } = given;
  return async function password(parameters) {
    if (isDisabled()) return process.env.PGPASSWORD;
    const request = { ...ours };
    if (typeof parameters === 'object' && parameters !== null && ('user' in parameters || 'host' in parameters)) {
      for (const name of DRIVERS_OWN) request[name] ??= parameters[name] ?? undefined;
      // The driver has done its TLS, or gone without, when it asks for a password.
      request.sslmode = sslmodeOf(parameters.ssl) || 'disable';
      request.canApply ??= 'password';
    } else if (!ours.user || !(ours.host || ours.conninfo || ours.connectionString)) {
      throw handedNothing();
    }
    try {
      return await (context || defaultContext()).token(request);
    } catch (error) {
      // As if pgiam were absent, where the driver would read the variable itself.
      if (error.status === 'NOT_APPLICABLE' && process.env.PGPASSWORD) return process.env.PGPASSWORD;
      throw inTheDriversWords(error, request);
    }
  };
}

function handedNothing() {
  return new PgiamError('INVALID_ARGUMENT', 'this driver does not tell its password function which connection it is for: pg does since 8.19', {
    code: 'no_parameters',
    hint: 'name them: pgiam.password({host, port, user})',
  });
}

function inTheDriversWords(error, request) {
  if (!(error instanceof PgiamError) || error.status !== 'INSECURE' || request.sslmode !== 'disable') return error;
  return new PgiamError('INSECURE', `${request.host} would be sent a token without TLS: ssl is not set, or false`, {
    ...error.toJSON(),
    message: undefined,
    hint: "set ssl: pgiam.ssl({host, port, user}), or ssl: {ca} with the certificates of RDS; or tls: 'off' to take the risk",
    explanation: '',
  });
}

module.exports = { password };
