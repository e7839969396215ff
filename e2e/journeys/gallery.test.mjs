// Every shared component, in two languages and three widths: looks, reach, policy.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { close, missing, open, quit, shot } from '../lib/browser.mjs';
import { axe, fits, tabs } from '../lib/checks.mjs';
import { gallery } from '../lib/server.mjs';

const pages = ['/', '/gallery/filing', '/gallery/guide', '/gallery/verify', '/gallery/queue', '/gallery/queue-empty', '/gallery/desk',
  '/gallery/forms?state=empty', '/gallery/forms?state=typical', '/gallery/forms?state=error', '/gallery/sign-in', '/gallery/parts', '/gallery/error/500',
  '/about', '/accessibility', '/privacy', '/help', '/contact', '/sitemap'];
const codes = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503, 507];
const nameOf = (path) => path.replace('/gallery/', '').replace(/[/?=]/g, '-').replace(/^-$/, 'landing');

describe('gallery', { skip: missing }, () => {
  let server;
  before(async () => { server = await gallery(); });
  after(async () => { await quit(); await server?.stop(); });

  for (const width of [1440, 390, 320]) {
    for (const lang of ['zh', 'en']) {
      test(`all components at ${width} px in ${lang}: axe, reflow, policy`, async () => {
        const page = await open({ base: server.base, width });
        for (const path of pages) {
          await page.goto(lang === 'en' ? `/en${path}` : path);
          await shot(page, `gallery/${nameOf(path)}-${width}-${lang}`);
          await fits(page);
          await axe(page);
        }
        await close(page);
      });
    }
  }

  test('large text and forced colours keep every page whole', async () => {
    for (const [name, options] of [['large', {}], ['forced', { colours: 'active' }]]) {
      const page = await open({ base: server.base, width: 390, ...options });
      if (name === 'large') await page.goto('/preferences?large=on&back=/');
      for (const path of pages) {
        await page.goto(path);
        assert.equal(await page.locator('html.reg-large').count(), name === 'large' ? 1 : 0);
        await fits(page, `${path} ${name}`);
        await shot(page, `gallery/${nameOf(path)}-${name}`);
        if (name === 'large') await axe(page, `${path} ${name}`);
      }
      await close(page);
    }
  });

  test('error pages say what happened in two languages', async () => {
    const page = await open({ base: server.base, width: 390 });
    for (const code of codes) {
      for (const lang of ['', '/en']) {
        const answer = await page.goto(`${lang}/gallery/error/${code}`);
        assert.equal(answer.status(), code);
        assert.equal(await page.locator('h1').count(), 1);
        await axe(page);
      }
    }
    const answer = await page.goto('/en/no-such-page');
    assert.equal(answer.status(), 404);
    await close(page);
  });

  test('without script every page still shows everything', async () => {
    const page = await open({ base: server.base, width: 1280, script: false });
    await page.goto('/gallery/forms');
    await page.getByRole('button', { name: '保存并继续' }).click();
    assert.equal(await page.locator('.pi-error-summary__list a').count(), 7);
    await page.getByRole('link', { name: '大字版' }).click();
    assert.equal(await page.locator('html.reg-large').count(), 1);
    await close(page);
  });

  test('a failed form moves focus to the summary, and its links to the fields', async () => {
    const page = await open({ base: server.base });
    await page.goto('/gallery/forms?state=typical');
    await page.locator('#name').fill('示例七号（虚构）');
    await page.getByRole('button', { name: '保存并继续' }).click();
    await page.waitForURL('**/gallery/forms');
    assert.match(await page.title(), /^错误：/);
    assert.equal(await page.evaluate(() => document.activeElement.className), 'pi-error-summary');
    assert.equal(await page.locator('#name').inputValue(), '示例七号（虚构）', 'nothing typed is lost');
    for (const field of ['name', 'code', 'scope', 'nature', 'founded', 'scan', 'pledge']) {
      await page.locator(`.pi-error-summary a[href="#${field}"]`).click();
      assert.equal(await page.evaluate(() => document.activeElement.id), field);
    }
    await close(page);
  });

  test('the queue works by keyboard and only where it should', async () => {
    const page = await open({ base: server.base, width: 1440 });
    await page.goto('/gallery/queue');
    await page.keyboard.press('j');
    assert.match(await page.locator('tr[data-current]').textContent(), /备申〔2026〕005号/);
    await page.keyboard.press('k');
    await page.keyboard.press('x');
    assert.match(await page.locator('[data-picked]').textContent(), /已选0件/);
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'q-q');
    await page.keyboard.type('jx?');
    assert.equal(await page.locator('#q-q').inputValue(), 'jx?');
    await page.locator('h1').click();
    await page.keyboard.press('?');
    assert.ok(await page.locator('#keys-help').isVisible());
    await axe(page, 'the help of the keys');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/gallery/desk');
    await page.goto('/preferences?keys=off&back=/gallery/queue');
    await page.keyboard.press('?');
    assert.equal(await page.locator('#keys-help').count(), 0);
    await close(page);
  });

  test('every stop of the Tab key is visible', async () => {
    const page = await open({ base: server.base, width: 1440 });
    for (const path of ['/', '/gallery/filing', '/gallery/queue', '/gallery/desk', '/gallery/forms?state=typical', '/gallery/parts', '/gallery/verify']) {
      await page.goto(path);
      const stops = await tabs(page);
      if (!['/gallery/desk', '/gallery/parts'].includes(path)) assert.match(stops[0], /跳到主要内容/, path);
    }
    await close(page);
  });
});
