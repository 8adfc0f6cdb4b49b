'use strict';

// How operations are waited for: the event loop watches the descriptor of each. No thread waits.
const { native } = require('./native.js');

// So many descriptors are watched at most: the program's others are not to want for any. Who comes later takes the place of one that is
// done, and is looked at by the clock until then, a few at a time, so that none waits for others to whom nothing happens.
const MOST_DESCRIPTORS = 256;
const POLL_MS = 25;
const POLLED_AT_ONCE = 16;
let watching = 0;
const queue = new Set();
let timer = null;

class Waiting {
  constructor(descriptor, check) {
    this.descriptor = descriptor;
    this.check = check;
    if (!this.watch()) this.enqueue();
  }

  watch() {
    if (watching >= MOST_DESCRIPTORS) return false;
    const number = this.descriptor();
    this.handle = number < 0 ? undefined : native().watch(number, this.check);
    if (this.handle === undefined) return false; // there are no more of them
    ++watching;
    return true;
  }

  enqueue() {
    queue.add(this);
    timer ??= setInterval(pollSome, POLL_MS);
  }

  stop() {
    if (this.handle === undefined) return leave(this);
    native().unwatch(this.handle);
    this.handle = undefined;
    --watching;
    const [next] = queue;
    if (next?.watch()) leave(next);
  }
}

function leave(waiting) {
  queue.delete(waiting);
  if (queue.size > 0) return;
  clearInterval(timer);
  timer = null;
}

function pollSome() {
  const some = [...queue].slice(0, POLLED_AT_ONCE);
  for (const waiting of some) {
    if (!queue.delete(waiting)) continue; // another's result has ended it
    queue.add(waiting); // at the end
    waiting.check();
  }
}

/** Calls `check` when the descriptor is readable, until what this returns is called. descriptor: a function. */
function whenReadable(descriptor, check) {
  const waiting = new Waiting(descriptor, check);
  return () => waiting.stop();
}

module.exports = { whenReadable };
