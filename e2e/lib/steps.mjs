// The tests of a journey are steps: when one has failed, those after it are skipped, not failed once more.
import { test } from 'node:test';

/** Gives `step(name, work)` for one journey. */
export function steps() {
  let broken = '';
  return (name, work) => test(name, { timeout: 180_000 }, async (t) => {
    if (broken) { t.skip(`after “${broken}”`); return; }
    broken = name;
    await work(t);
    broken = '';
  });
}
