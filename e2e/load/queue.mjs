// The queue page of an officer with 10,000 open cases beside the same page with the demonstration's few.
//   GUOSUO_BIN=…/target/release/guosuo node load/queue.mjs [cases]
// The cases are lines of the projection that the page reads, copied from the demonstration's own with other names,
// numbers and days. Needs the sqlite3 command (Debian: sqlite3).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { close, open, quit } from '../lib/browser.mjs';
import { signIn } from '../lib/people.mjs';
import { demo } from '../lib/server.mjs';

const cases = Number(process.argv[2] ?? 10_000);
const pages = ['', '?sort=name', '?q=%E4%BA%91%E5%B2%AB', '?tab=alarm', '?page=100'];

async function measure(page, base, rounds = 60) {
  const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const times = [];
  for (let round = 0; round < rounds + 10; round += 1) {
    for (const query of pages) {
      const began = performance.now();
      const answer = await fetch(`${base}/authority/filings${query}`, { headers: { cookie: cookies }, redirect: 'manual' });
      const text = await answer.text();
      assert.equal(answer.status, 200, query);
      assert.ok(text.includes('备案审核待办'), 'the queue itself');
      if (round >= 10) times.push(performance.now() - began);
    }
  }
  times.sort((a, b) => a - b);
  return { half: times[times.length >> 1], most: times[Math.floor(times.length * 0.99)] };
}

const server = await demo();
try {
  const page = await open({ base: server.base });
  await signIn(page, server, 'chenmin');
  const few = await measure(page, server.base);
  const sql = (text) => execFileSync('sqlite3', ['-cmd', '.timeout 20000', path.join(server.data, 'guosuo.db'), text], { encoding: 'utf8' }).trim();
  const columns = sql("SELECT group_concat(name, ',') FROM pragma_table_info('filing')").split(',');
  const other = {
    case_id: "f.case_id || '-' || n", number: "f.number || '-' || n", org_name: "f.org_name || n",
    due_from: "date(f.due_from, (n % 60) || ' days')", due_to: "date(f.due_from, (n % 60) || ' days')",
  };
  const before = Number(sql("SELECT count(*) FROM filing WHERE phase = 'under_review'"));
  sql(`WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${cases}),
    own(case_id, k) AS (SELECT case_id, row_number() OVER (ORDER BY case_id) - 1 FROM filing WHERE phase = 'under_review')
    INSERT INTO filing(${columns.join(',')})
    SELECT ${columns.map((name) => other[name] ?? `f.${name}`).join(',')}
    FROM c JOIN own ON own.k = c.n % ${before} JOIN filing f ON f.case_id = own.case_id`);
  const open10k = Number(sql("SELECT count(*) FROM filing WHERE phase = 'under_review'"));
  const many = await measure(page, server.base);
  const said = ({ half, most }) => `half within ${half.toFixed(1)} ms, 99 in 100 within ${most.toFixed(1)} ms`;
  console.log(`queue, ${before} open cases: ${said(few)}`);
  console.log(`queue, ${open10k} open cases: ${said(many)}`);
  console.log(`ratio: ${(many.half / few.half).toFixed(2)} (half), ${(many.most / few.most).toFixed(2)} (99 in 100)`);
  await close(page);
} finally {
  await quit();
  await server.stop();
}
