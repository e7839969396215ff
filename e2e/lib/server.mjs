// Starts a program that prints its address on standard output, in a folder of its own, and stops it again.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Starts `bin args…` and waits for the first `http://…` it prints. Answers {base, data, output, stop}. */
export async function start(bin, args, { env = {}, seconds = 180 } = {}) {
  const child = spawn(bin, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const output = [];
  const ended = new Promise((done) => { child.once('exit', done); });
  const base = await new Promise((found, failed) => {
    const timer = setTimeout(() => failed(new Error(`no address after ${seconds} s:\n${output.join('')}`)), seconds * 1000);
    const look = (data) => {
      output.push(String(data));
      const address = output.join('').match(/http:\/\/[\w.:[\]-]+:\d+/);
      if (address) { clearTimeout(timer); found(address[0]); }
    };
    child.stdout.on('data', look);
    child.stderr.on('data', (data) => output.push(String(data)));
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`${bin} ended with ${code}:\n${output.join('')}`)));
  });
  return { base, output, stop: async () => { child.kill('SIGTERM'); await ended; } };
}

/** The program under test. */
export function program() {
  const bin = process.env.GUOSUO_BIN;
  if (!bin) throw new Error('GUOSUO_BIN must name the guosuo binary');
  return bin;
}

/** Starts a demonstration again on its folder at another moment; codes of that server are those of the moment. */
export async function later(server, now) {
  await server.halt();
  const shift = Date.parse(now) - Date.now();
  const again = await start(program(), ['demo', '--listen', '127.0.0.1:0', '--data', server.data, '--now', now]);
  let halted;
  const halt = () => { halted ??= again.stop(); return halted; };
  return { ...again, data: server.data, shift, halt, stop: async () => { await halt(); fs.rmSync(server.data, { recursive: true, force: true }); } };
}

/**
 * The demonstration instance in a temporary folder: `GUOSUO_BIN demo --listen 127.0.0.1:0 --data FOLDER`; `bare` for
 * one without cases. `halt` stops it and leaves the folder, `stop` takes the folder away as well.
 */
export async function demo({ bare = false, ...options } = {}) {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'guosuo-e2e-'));
  const server = await start(program(), ['demo', '--listen', '127.0.0.1:0', '--data', data, ...(bare ? ['--bare'] : [])], options);
  let halted;
  const halt = () => { halted ??= server.stop(); return halted; };
  return { ...server, data, halt, stop: async () => { await halt(); fs.rmSync(data, { recursive: true, force: true }); } };
}

/**
 * The gallery of components (`cargo build -p guosuo --example gallery`): its path in GUOSUO_GALLERY, or where Cargo
 * puts it beside GUOSUO_BIN.
 */
export async function gallery() {
  const beside = process.env.GUOSUO_BIN && path.join(path.dirname(process.env.GUOSUO_BIN), 'examples', 'gallery');
  const bin = process.env.GUOSUO_GALLERY || beside;
  if (!bin) throw new Error('GUOSUO_GALLERY must name the gallery example, or GUOSUO_BIN the program beside it');
  return start(bin, ['127.0.0.1:0']);
}
