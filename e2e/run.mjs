// Runs the journeys with Node's own test runner and ends with one line that counts.
//   node run.mjs                 everything
//   node run.mjs gallery         files whose name contains the word
import fs from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2);
const files = fs.readdirSync(path.join(here, 'journeys'))
  .filter((name) => name.endsWith('.test.mjs') && (words.length === 0 || words.some((word) => name.includes(word))))
  .sort()
  .map((name) => path.join(here, 'journeys', name));

const count = { pass: 0, fail: 0, skip: 0 };
const began = Date.now();
const stream = run({ files, concurrency: 1 });
const single = (data) => data.details?.type !== 'suite' && !files.includes(data.name);
stream.on('test:pass', (data) => { if (single(data)) count[data.skip ? 'skip' : 'pass'] += 1; });
stream.on('test:fail', (data) => { if (single(data)) count.fail += 1; });
stream.on('end', () => {
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  setImmediate(() => console.log(`browser journeys: ${count.pass} passed, ${count.fail} failed, ${count.skip} skipped, ${files.length} files, ${seconds} s`));
  process.exitCode = count.fail || files.length === 0 ? 1 : 0;
});
stream.compose(spec).pipe(process.stdout);
