'use strict';

// Where npm has brought the release's package for this platform nothing is done. Elsewhere node-gyp builds it, and the library of a clone's newest build is put
// beside it; without one the installed library is found.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { shippedAddon } = require('../lib/native.js');

const package_ = path.dirname(__dirname);
const LIBRARY = 'libpgiam.so.1';
const HTTP = 'pgiam/libpgiam-http.so';
// What the library looks for beside it, in the folder pgiam: modules, and RDS's certificate authorities.
const BESIDE = [HTTP, 'pgiam/libpgiam-examine.so', '../share/pgiam/rds-roots.pem', '../share/pgiam/public-roots.pem'];

function isShipped() {
  const file = shippedAddon();
  if (!file) return false;
  try {
    require(file);
    return true;
  } catch (error) {
    console.error(`pgiam: the addon of the release cannot be loaded (${error.message}); building it`);
    return false;
  }
}

/** Headers that are on this machine need no download: those beside this node, or Debian's. */
function headers() {
  const beside = path.resolve(fs.realpathSync(process.execPath), '../..');
  if (fs.existsSync(path.join(beside, 'include/node/node_api.h'))) return [`--nodedir=${beside}`];
  return fs.existsSync('/usr/include/nodejs/src/node_api.h') ? ['--nodedir=/usr/include/nodejs'] : [];
}

function build() {
  const npms = path.join(path.dirname(process.env.npm_execpath || ''), '../node_modules/node-gyp/bin/node-gyp.js');
  const [command, ...first] = process.env.npm_execpath && fs.existsSync(npms) ? [process.execPath, npms] : ['node-gyp'];
  const done = spawnSync(command, [...first, 'rebuild', ...headers()], { cwd: package_, stdio: 'inherit' });
  if (done.error) console.error(`pgiam: node-gyp cannot be run: ${done.error.message}`);
  return done.status === 0;
}

function clonesLibrary() {
  const builds = path.resolve(package_, '../../build');
  if (!fs.existsSync(path.resolve(package_, '../../sdk/include/pgiam.h')) || !fs.existsSync(builds)) return undefined;
  const found = fs.readdirSync(builds).map((name) => path.join(builds, name, 'lib'))
    .filter((folder) => fs.existsSync(path.join(folder, LIBRARY)) && fs.existsSync(path.join(folder, HTTP)));
  const age = (folder) => fs.statSync(path.join(folder, LIBRARY)).mtimeMs;
  return process.env.PGIAM_NPM_LIBRARY ? path.dirname(process.env.PGIAM_NPM_LIBRARY) : found.sort((a, b) => age(b) - age(a))[0];
}

function copyLibrary(from) {
  const into = path.join(package_, 'build/Release');
  fs.mkdirSync(path.join(into, 'pgiam'), { recursive: true });
  fs.copyFileSync(path.join(from, LIBRARY), path.join(into, LIBRARY));
  for (const file of BESIDE.map((name) => path.join(from, name)).filter(fs.existsSync)) fs.copyFileSync(file, path.join(into, 'pgiam', path.basename(file)));
}

if (!isShipped()) {
  if (!build()) process.exit(1);
  const library = clonesLibrary();
  if (library) copyLibrary(library);
}
