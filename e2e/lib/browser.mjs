// One Chromium for all tests; every page watches for breaches of the content security policy, script errors and
// requests that leave the instance. The page's own policy stays in force (no bypass).
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const chromiumPath = process.env.CHROMIUM || '/usr/bin/chromium';
export const missing = fs.existsSync(chromiumPath) ? false : `Chromium is not at ${chromiumPath}: install it (Debian: chromium) or set CHROMIUM`;

const out = path.join(path.dirname(fileURLToPath(import.meta.url)), '../out');
const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--font-render-hinting=none',
];

let browser;

const chrome = async () => {
  browser ??= await chromium.launch({ executablePath: chromiumPath, headless: true, args: flags });
  return browser;
};

/** A page that belongs to no instance, for making papers. */
export async function blank() {
  return (await (await chrome()).newContext({ reducedMotion: 'reduce' })).newPage();
}

/** Opens a page. `width` in CSS pixels; `script: false` turns JavaScript off; `colours: 'active'` forces colours. */
export async function open({ base, width = 1280, height = 900, script = true, colours = 'none', scale = 1, state } = {}) {
  const context = await (await chrome()).newContext({
    baseURL: base, viewport: { width, height }, javaScriptEnabled: script, forcedColors: colours,
    deviceScaleFactor: scale, reducedMotion: 'reduce', locale: 'zh-CN', storageState: state,
  });
  context.setDefaultTimeout(15000);
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => {
    const text = message.text();
    // A page that answers 4xx on purpose is reported by the browser as a failed resource: not a fault.
    if (message.type() === 'error' && !/Failed to load resource/.test(text)) faults.push(text);
    if (/Content Security Policy|Trusted ?Type/i.test(text)) faults.push(text);
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !/^chrome(-[a-z]+)?:/.test(request.url())) faults.push(`request to ${request.url()}`);
  });
  page.faults = faults;
  page.script = script;
  return page;
}

/** Closes the page and its context, and demands that nothing was wrong on it. */
export async function close(page) {
  const faults = [...page.faults];
  await page.context().close();
  assert.deepEqual(faults, [], 'breaches of the policy, script errors, foreign requests');
}

/** Closes the browser: call it once in `after`. */
export async function quit() {
  await browser?.close();
  browser = undefined;
}

/** Follows what leads to a file and gives its bytes, whether the browser saves it or shows it; ends where it began. */
export async function download(page, act) {
  const shown = (answer) => answer.ok() && answer.request().isNavigationRequest() && /pdf/.test(answer.headers()['content-type'] ?? '')
    && !/^attachment/.test(answer.headers()['content-disposition'] ?? '');
  const [got] = await Promise.all([
    Promise.race([page.waitForEvent('download'), page.waitForResponse(shown)]),
    act(),
  ]);
  if (got.path) return fs.readFileSync(await got.path());
  const bytes = await (await page.request.get(got.url())).body();
  await page.goBack();
  return bytes;
}

/** Saves a picture of the whole page to e2e/out/. */
export async function shot(page, name) {
  fs.mkdirSync(out, { recursive: true });
  await page.screenshot({ path: path.join(out, `${name}.png`), fullPage: true });
}

/** Saves what a printer would get. */
export async function print(page, name) {
  fs.mkdirSync(out, { recursive: true });
  await page.pdf({ path: path.join(out, `${name}.pdf`), format: 'A4' });
}
