'use strict';

// Finds the addon and the library, once: build/Release (node-gyp's) or the release's package for this platform; PGIAM_LIBRARY, beside the addon,
// the system's linker.
const fs = require('node:fs');
const path = require('node:path');
const { PgiamError } = require('./errors.js');

const FILE = 'libpgiam.so.1';
const GET_IT = `install pgiam (its package, or \`cmake --install\`), or set PGIAM_LIBRARY to the full path of ${FILE}`;

/** "linux-x64-glibc" */
function platformName() {
  const isMusl = process.platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime;
  const libc = process.platform === 'linux' ? (isMusl ? '-musl' : '-glibc') : '';
  return `${process.platform}-${process.arch}${libc}`;
}

/** The addon of the package that the release has for this platform, which npm installs beside ours; undefined where it is not. */
function shippedAddon() {
  try {
    return require.resolve(`@pgiam/${platformName()}/pgiam.node`);
  } catch {
    return undefined;
  }
}

function addonFile() {
  if (process.env.PGIAM_NODE_ADDON) return process.env.PGIAM_NODE_ADDON;
  const built = path.join(path.dirname(__dirname), 'build/Release/pgiam.node');
  const file = fs.existsSync(built) ? built : shippedAddon();
  if (file) return file;
  throw new PgiamError('UNSUPPORTED', `pgiam's addon is not there; looked for as ${built}; in the package @pgiam/${platformName()}`, {
    hint: 'in the folder of the package: npm run install',
    code: 'no_addon',
  });
}

function loadLibrary(native, addon) {
  const named = process.env.PGIAM_LIBRARY;
  const tried = [];
  for (const candidate of named ? [named] : [path.join(path.dirname(addon), FILE), FILE]) {
    const found = native.load(candidate);
    if (found.isOurs) return;
    if (!found.error) throw ofAnotherKind(native, candidate, found);
    const place = named ? `${candidate} (PGIAM_LIBRARY)` : candidate === FILE ? `${FILE} (the system's linker)` : candidate;
    tried.push(`${place}: ${found.error}`);
  }
  throw new PgiamError('UNSUPPORTED', `${FILE} was not found; looked for as ${tried.join('; ')}`, { hint: GET_IT, code: 'no_library' });
}

function ofAnotherKind(native, file, found) {
  if (found.major === undefined) return new PgiamError('UNSUPPORTED', `${file} is not pgiam's library`, { hint: GET_IT, code: 'no_library' });
  const { ABI_MAJOR, ABI_MINOR } = native.constants;
  const age = found.major > ABI_MAJOR ? 'newer' : 'older';
  return new PgiamError(
    'UNSUPPORTED',
    `${file} speaks ABI ${found.major}.${found.minor}, which is ${age} than the ${ABI_MAJOR}.${ABI_MINOR} that this package is for`,
    { hint: 'install the package and the library of one version', code: 'library_version' },
  );
}

let loaded = null;

/** The addon, with its library. */
function native() {
  if (!loaded) {
    const file = addonFile();
    const addon = require(file);
    loadLibrary(addon, file);
    addon.setHandlers(require('./log.js').write, require('./questions.js').asked);
    loaded = addon;
  }
  return loaded;
}

module.exports = { native, shippedAddon };
