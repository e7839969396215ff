// The running service before any business: sign-in, statements, errors, preferences.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { close, missing, open, quit, shot } from '../lib/browser.mjs';
import { axe, fits, tabs } from '../lib/checks.mjs';
import { signIn } from '../lib/people.mjs';
import { called } from '../lib/programs.mjs';
import { demo } from '../lib/server.mjs';

const pages = ['/sign-in', '/about', '/accessibility', '/privacy', '/help', '/contact', '/sitemap', '/api', '/no-such-page'];

describe('service', { skip: missing }, () => {
  let server;
  before(async () => { server = await demo(); });
  after(async () => { await quit(); await server?.stop(); });

  for (const width of [1440, 390, 320]) {
    test(`open pages at ${width} px in both languages: axe, reflow, policy`, async () => {
      const page = await open({ base: server.base, width });
      for (const path of pages) {
        for (const lang of ['', '/en']) {
          const answer = await page.goto(lang + path);
          assert.equal(answer.status(), path === '/no-such-page' ? 404 : 200, path);
          assert.match(answer.headers()['content-security-policy'], /default-src 'none'/);
          await fits(page);
          await axe(page);
          if (path === '/sign-in') await shot(page, `service/sign-in-${width}${lang.replace('/', '-')}`);
        }
      }
      await close(page);
    });
  }

  test('every link of head and foot leads to a page', async () => {
    const page = await open({ base: server.base });
    await page.goto('/about');
    const links = await page.locator('footer a, .reg-util a').evaluateAll((all) => all.map((a) => a.href));
    assert.ok(links.length >= 8);
    for (const link of links) assert.equal((await page.request.get(link)).status(), 200, link);
    await close(page);
  });

  test('a wrong password is told in the summary, nothing else is given away', async () => {
    const page = await open({ base: server.base });
    await page.goto('/en/sign-in');
    await page.locator('#login').fill('nobody');
    await page.locator('#password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    assert.match(await page.title(), /^Error: /);
    assert.equal(await page.locator('#login').inputValue(), 'nobody');
    assert.equal(await page.locator('#password').inputValue(), '');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'pi-error-summary');
    await axe(page);
    await close(page);
  });

  test('an operator signs in by keyboard, goes out, and the way back is closed', async () => {
    const page = await open({ base: server.base });
    await page.goto('/sign-in');
    await tabs(page);
    await signIn(page, server, 'qiheng');
    await page.getByRole('button', { name: '退出' }).click();
    await page.waitForLoadState();
    const answer = await page.goto('/session/stay');
    assert.notEqual(answer.status(), 200);
    await close(page);
  });

  test('an administrator keeps tokens and addresses for programs: axe, reflow, in both languages', { timeout: 180_000 }, async () => {
    const page = await open({ base: server.base });
    await signIn(page, server, 'donghu');
    const at = await called(page, server.base);
    for (const width of [1440, 390, 320]) {
      await page.setViewportSize({ width, height: 900 });
      for (const lang of ['', '/en']) {
        for (const path of ['/body/tokens', '/body/webhooks', at, '/account/tokens']) {
          await page.goto(lang + path);
          await fits(page);
          await axe(page);
        }
      }
    }
    await page.goto('/en/body/tokens');
    await page.locator('#name').fill('Example case system (fictitious)');
    await page.locator('input[name=scopes][value="cases:read"]').check();
    await page.getByRole('button', { name: 'Make the token' }).click();
    const token = await page.locator('#token').textContent();
    await fits(page);
    await axe(page);
    const ask = (path) => page.request.get(server.base + path, { headers: { authorization: `Bearer ${token}` } });
    assert.equal((await ask('/api/v1/applications')).status(), 200, 'the token works at once');
    assert.equal((await (await ask('/api/v1/certificates')).json()).code, 'scope_needed');
    await page.goto('/en/body/tokens');
    assert.equal(await page.getByText(token).count(), 0, 'it is shown once');
    await page.getByRole('button', { name: /Revoke\s*:\s*Example case system/ }).click();
    await page.waitForLoadState();
    assert.equal((await ask('/api/v1/applications')).status(), 401, 'and ends at once');
    await close(page);
  });

  test('an officer needs the one-time code', async () => {
    const page = await open({ base: server.base });
    await signIn(page, server, 'chenmin');
    assert.match(page.url(), /\/authority/);
    await close(page);
  });

  test('large text is remembered without script', async () => {
    const page = await open({ base: server.base, width: 390, script: false });
    await page.goto('/en/help');
    await page.getByRole('link', { name: 'Large text' }).click();
    assert.match(page.url(), /\/en\/help$/);
    assert.equal(await page.locator('html.reg-large').count(), 1);
    await fits(page);
    await close(page);
  });
});
