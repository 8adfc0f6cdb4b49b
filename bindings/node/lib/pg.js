'use strict';

// node-postgres' whole connection: TLS, an alias's own name, and a new token where a kept one is refused.
const { connect: attempt } = require('./attempt.js');
const { defaultContext } = require('./context.js');
const { PgiamError } = require('./errors.js');
const { isDisabled } = require('./disabled.js');
const { optionKeys, sslmodeOf } = require('./request.js');
const { tlsOf } = require('./ssl.js');

/** Takes what is ours out of a config of the driver's. */
function taken(config) {
  const { credentials, credentialsIdentity, context, ...rest } = config;
  const [options, driver] = [{}, {}];
  for (const [key, value] of Object.entries(rest)) (optionKeys().has(key) ? options : driver)[key] = value;
  return { credentials, credentialsIdentity, context, options, driver };
}

/** What the driver will do, in libpq's words. A password that is a function is none of the user's. */
function keywordsOf({ host, port, user, database, password, ssl }) {
  const { PGHOST, PGPORT, PGUSER, PGDATABASE, PGPASSWORD } = process.env;
  return {
    host: host ?? PGHOST, port: port ?? PGPORT, user: user ?? PGUSER, dbname: database ?? PGDATABASE,
    password: typeof password === 'string' ? password : PGPASSWORD, sslmode: sslmodeOf(ssl), gssencmode: 'disable',
  };
}

/** The driver's config with the library's keywords over it. */
function applied(driver, params) {
  const config = { ...driver };
  for (const [key, name] of [['host', 'host'], ['user', 'user'], ['password', 'password']]) if (params[key]) config[name] = params[key];
  if (params.port) config.port = Number(params.port);
  if (params.sslmode || params.sslrootcert) config.ssl = tlsOf(params.sslmode || sslmodeOf(driver.ssl) || 'require', params.sslrootcert);
  return config;
}

/** pg.Client with a fresh token, connected. config: the driver's, and pgiam's options and `credentials` beside it. */
async function connect(Client, config) {
  if (config.connectionString) throw new PgiamError('UNSUPPORTED', 'pgiam.pg.connect takes no connectionString', { hint: 'say host, port, user and database' });
  const { driver, context, ...ours } = taken(config);
  const dial = async (params) => {
    const client = new Client(applied(driver, params));
    await client.connect();
    return client;
  };
  if (isDisabled()) return dial({});
  const isSet = driver.ssl !== undefined && driver.ssl !== null;
  const canApply = isSet ? 'password,host' : 'password,host,sslmode,sslrootcert';
  return attempt(context || defaultContext(), { ...ours, keywords: keywordsOf(driver), canApply }, dial);
}

module.exports = { connect };
