// The record after a journey: walked again by the program, and once more after one byte of it was changed.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { program } from './server.mjs';

/** `guosuo ledger verify --data FOLDER --json` on an instance that stands still: {code, report, text}. */
export function verify(data) {
  const run = (...flags) => spawnSync(program(), ['ledger', 'verify', '--data', data, ...flags], { encoding: 'utf8' });
  const told = run('--json');
  return { code: told.status, report: told.stdout ? JSON.parse(told.stdout) : null, text: run().stdout + told.stderr };
}

/** Turns one bit in the body of the last event, in the database file itself; gives the key of its row. */
export function damage(data) {
  const base = path.join(data, 'guosuo.db');
  const sql = (text) => execFileSync('sqlite3', [base, text], { encoding: 'utf8' }).trim();
  sql('PRAGMA wal_checkpoint(TRUNCATE)');
  const [caseId, seq, hex] = sql("SELECT case_id || ' ' || seq || ' ' || hex(body) FROM event ORDER BY at DESC, seq DESC LIMIT 1").split(' ');
  const file = fs.readFileSync(base);
  const body = Buffer.from(hex, 'hex');
  // A long body goes on in other pages of the file: its beginning lies together.
  const at = file.indexOf(body.subarray(0, Math.min(body.length, 48)));
  if (at < 0) throw new Error('the body was not found in the file');
  file[at + 40] ^= 1;
  fs.writeFileSync(base, file);
  return { caseId, seq: Number(seq) };
}
