// The thread of EmbeddedDatabaseWatchdog. It counts its own pauses instead of reading a clock, so that a machine that
// was asleep does not look like a call that takes long.
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { cell, type WatchOrder } from './embedded-database-watch-order.ts';

const longestPauseMs = 250;
const graceMs = 1000;

const { shared } = workerData as WatchOrder;
const pause = (ms: number) => Atomics.wait(shared, cell.pause, 0, ms);

let watched = 0;
let waitedMs = 0;
let limitMs = 0;
do {
  limitMs = Atomics.load(shared, cell.limitMs);
  const pauseMs = Math.min(longestPauseMs, limitMs / 4);
  pause(pauseMs);
  const call = Atomics.load(shared, cell.call);
  waitedMs = call !== 0 && call === watched ? waitedMs + pauseMs : 0;
  watched = call;
} while (waitedMs < limitMs);

const reason = `The embedded database has not answered for ${limitMs / 1000} s, as happens when the disk is full: ending the process.`;
parentPort?.postMessage(reason);
pause(graceMs);
if (Atomics.load(shared, cell.heard) === 0) {
  writeSync(2, `${reason}\n`);
  process.kill(process.pid, 'SIGKILL');
}
