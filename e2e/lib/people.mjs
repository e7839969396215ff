// The people of the demonstration: signing in with password and one-time code.
import crypto from 'node:crypto';

/** What the demonstration printed at its start: {password, secret, logins}. */
export function accounts(server) {
  const text = server.output.join('');
  const password = text.match(/password: ?([^）)\s]+)/)?.[1];
  const secret = text.match(/([A-Z2-7]{4}(?: [A-Z2-7]{1,4})+)/)?.[1]?.replaceAll(' ', '');
  const logins = [...text.matchAll(/^ {2}([a-z0-9]+) {2,}/gm)].map((match) => match[1]);
  if (!password || !secret) throw new Error(`the demonstration did not print its accounts:\n${text}`);
  return { password, secret, logins };
}

/** The one-time code of a moment (RFC 6238: SHA-1, 30 seconds, six digits). */
export function code(secret, at = Date.now()) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const sum = crypto.createHmac('sha1', key).update(count).digest();
  const from = sum[19] & 15;
  return String((sum.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Signs in as `login` in the page's language and ends on the first page of the person's front. */
export async function signIn(page, server, login, { lang = 'zh', password } = {}) {
  await page.goto(lang === 'en' ? '/en/sign-in' : '/sign-in');
  await page.locator('#login').fill(login);
  await page.locator('#password').fill(password ?? accounts(server).password);
  await page.locator('main form button[type=submit]').first().click();
  await page.waitForLoadState();
  await giveCode(page, server);
  if (/\/sign-in/.test(page.url())) throw new Error(`${login} could not sign in: ${await page.locator('main').innerText()}`);
}

/** Enters the one-time code while a page asks for it. A code is good once: when it has just been used, the next one is awaited. */
export async function giveCode(page, server) {
  for (let tries = 0; tries < 3 && /\/sign-in\/(code|again)/.test(page.url()); tries += 1) {
    const now = () => Date.now() + (server.shift ?? 0);
    if (tries > 0) await page.waitForTimeout(30500 - (now() % 30000));
    await page.locator('#code').fill(code(accounts(server).secret, now()));
    await page.locator('main form button[type=submit]').first().click();
    await page.waitForLoadState();
  }
}

/** The unified social credit code that begins with these 17 characters (GB 32100-2015). */
export function creditCode(first) {
  const letters = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  const sum = [...first].reduce((n, letter, at) => n + letters.indexOf(letter) * (3 ** at % 31), 0);
  return first + letters[(31 - (sum % 31)) % 31];
}
