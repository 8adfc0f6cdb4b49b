'use strict';

// Prints the folder of pgiam.h for binding.gyp: in a packed package, in a clone, installed. --copy: packs it, for a tarball does not see
// the clone that it was made in.
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const HEADER = 'pgiam.h';
const package_ = path.dirname(__dirname);
const packed = path.join(package_, 'include');
const clones = path.resolve(package_, '../../sdk/include');

function ofPkgConfig() {
  try {
    return [execFileSync('pkg-config', ['--variable=includedir', 'pgiam'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()];
  } catch {
    return [];
  }
}

// A clone's own wins over a copy that was packed from it once.
const places = [clones, packed, ...ofPkgConfig(), '/usr/local/include', '/usr/include'];
const found = places.find((folder) => fs.existsSync(path.join(folder, HEADER)));
if (!found) {
  console.error(`${HEADER} is not there; looked for in ${places.join(', ')}. Install pgiam with its headers (libpgiam-dev).`);
  process.exit(1);
}
if (process.argv[2] === '--copy') {
  if (found !== packed) {
    fs.mkdirSync(packed, { recursive: true });
    fs.copyFileSync(path.join(found, HEADER), path.join(packed, HEADER));
  }
} else {
  console.log(found);
}
