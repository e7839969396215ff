// The self-check in a browser: to each answer in both languages, without script, on a phone, and on paper.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { close, missing, open, print, quit, shot } from '../lib/browser.mjs';
import { axe, fits, tabs } from '../lib/checks.mjs';
import { demo } from '../lib/server.mjs';

const words = {
  zh: { start: '开始自查', next: '下一步', see: '看结果', back: '上一步', change: '修改' },
  en: { start: 'Start', next: 'Continue', see: 'See the result', back: 'Back', change: 'Change' },
};

// What is answered on the way; the rest is the ordinary answer.
const journeys = [
  { path: 'none', answers: { export: 'no' } },
  { path: 'exempt', answers: { people: ['99,999', '0'] } },
  { path: 'scc_or_certification', answers: { people: ['99999', '1'] } },
  { path: 'security_assessment', answers: { people: ['100万', '9999'], zone: 'list_absent' } },
  { path: 'treaty', answers: { treaty: 'yes', people: ['5000', '20'] } },
  { path: 'review', answers: { exempt: 'gba_contract' } },
];
const ordinary = { organ: 'no', ciio: 'no', export: 'yes', important: 'no', exempt: 'none', zone: 'not_ftz', treaty: 'no', people: ['1', '0'], name: '' };

/** Name of the question that a page asks. */
const question = (page) => new URL(page.url()).pathname.split('/').pop();

/** Answers the questions until the list of answers, then opens the result. `look` sees every page. */
async function walk(page, lang, answers, look = async () => {}) {
  const w = words[lang];
  await page.goto(lang === 'en' ? '/en/path' : '/path');
  await look('start');
  await page.getByRole('link', { name: w.start, exact: true }).click();
  await answer(page, lang, answers, look);
  await look('check');
  await page.getByRole('link', { name: w.see }).click();
  await look('result');
}

/** Answers until no question is asked. */
async function answer(page, lang, answers, look = async () => {}) {
  for (let n = 0; n < 20 && question(page) !== 'check'; n += 1) {
    const name = question(page);
    const given = answers[name] ?? ordinary[name];
    await look(name);
    if (Array.isArray(given)) {
      const boxes = page.locator('main input[type=text]');
      for (const [at, value] of given.entries()) await boxes.nth(at).fill(value);
    } else if (given !== '') await page.locator(`main input[type=radio][value=${given}]`).check();
    await page.getByRole('button', { name: words[lang].next }).click();
    await page.waitForLoadState();
  }
}

const found = (page) => page.locator('[data-path]').getAttribute('data-path');

describe('path', { skip: missing }, () => {
  let server;
  before(async () => { server = await demo(); });
  after(async () => { await quit(); await server?.stop(); });

  for (const lang of ['zh', 'en']) {
    for (const journey of journeys) {
      test(`to ${journey.path} in ${lang}, without script, at 390 px`, async () => {
        const page = await open({ base: server.base, width: 390, script: false });
        const seen = [];
        await walk(page, lang, journey.answers, async () => { seen.push(page.url()); await fits(page); });
        assert.equal(await found(page), journey.path);
        await shot(page, `path/${journey.path}-390-${lang}`);
        await close(page);
        // axe needs script; the same addresses give the same pages.
        const looked = await open({ base: server.base, width: 390 });
        for (const address of seen.slice(-2)) {
          await looked.goto(address);
          await axe(looked);
        }
        await close(looked);
      });
    }
  }

  test('each question at 390 and 1440 px in both languages, looked at', async () => {
    for (const [width, lang] of [[390, 'zh'], [390, 'en'], [1440, 'zh'], [320, 'en']]) {
      const page = await open({ base: server.base, width });
      const seen = [];
      await walk(page, lang, { people: ['120000', '0'] }, async (name) => {
        seen.push(name);
        await fits(page);
        await axe(page);
        await shot(page, `path/page-${name}-${width}-${lang}`);
      });
      assert.deepEqual(seen, ['start', 'organ', 'ciio', 'export', 'important', 'exempt', 'zone', 'treaty', 'people', 'check', 'result']);
      await close(page);
    }
  });

  test('errors, the back button, changed answers and a second flow', async () => {
    const page = await open({ base: server.base, width: 390 });
    await page.goto('/path/organ');
    await page.getByRole('button', { name: '下一步' }).click();
    assert.match(await page.title(), /^错误：/);
    assert.equal(await page.evaluate(() => document.activeElement.className), 'pi-error-summary');
    await axe(page);
    await shot(page, 'path/error-choice-390-zh');
    await page.locator('.pi-error-summary a').click();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'organ');
    await answer(page, 'zh', { people: ['-5', 'many'] }, async (name) => {
      if (name === 'people' && await page.locator('.pi-error-summary').count() === 0) return;
      if (name !== 'people') return;
      assert.equal(await page.locator('.pi-error-summary li').count(), 2);
      assert.equal(await page.locator('main input[type=text]').first().inputValue(), '-5');
      await axe(page);
      await fits(page);
      await shot(page, 'path/error-people-390-zh');
      throw new Error('seen');
    }).catch((error) => assert.equal(error.message, 'seen'));
    // The browser's way back, then on again.
    await page.goBack();
    await page.waitForLoadState();
    assert.equal(question(page), 'people');
    await page.goBack();
    await page.waitForLoadState();
    assert.equal(question(page), 'treaty');
    await answer(page, 'zh', { people: ['600000', '0'] });
    // A second flow, whose people may be the same: the total is asked, and decides.
    await page.getByRole('link', { name: '再加一项业务' }).click();
    await page.locator('main input[type=text]').fill('海外售后（虚构）');
    await page.getByRole('button', { name: '下一步' }).click();
    await answer(page, 'zh', { people: ['600000', '0'], totals: ['', ''] });
    await fits(page);
    await shot(page, 'path/check-two-390-zh');
    await page.getByRole('link', { name: '看结果' }).click();
    assert.equal(await found(page), 'review');
    await shot(page, 'path/result-two-390-zh');
    await page.getByRole('link', { name: '改答案' }).click();
    await page.getByRole('link', { name: /各项业务去重后的总数/ }).click();
    await page.locator('#all').fill('70万');
    await page.locator('#all-sensitive').fill('0');
    await page.getByRole('button', { name: '下一步' }).click();
    assert.equal(question(page), 'check');
    await page.getByRole('link', { name: '看结果' }).click();
    assert.equal(await found(page), 'scc_or_certification');
    await axe(page);
    await close(page);
  });

  test('the code and the address open the same result; the other language too; it prints', async () => {
    const page = await open({ base: server.base });
    await walk(page, 'zh', { people: ['99999', '0'] });
    const address = await page.locator('.reg-keep .reg-digest').innerText();
    assert.ok(address.startsWith(`${server.base}/path/result?`), address);
    const first = await page.locator('.reg-result').innerText();
    await shot(page, 'path/result-1280-zh');
    await print(page, 'path/result-zh');
    await page.goto(address);
    assert.equal(await page.locator('.reg-result').innerText(), first);
    await page.getByRole('link', { name: 'English' }).click();
    assert.equal(await found(page), 'exempt');
    assert.match(await page.locator('h1').innerText(), /^Exempt from/);
    await shot(page, 'path/result-1280-en');
    await print(page, 'path/result-en');
    await close(page);
  });

  test('by keyboard, and the help for programs', async () => {
    const page = await open({ base: server.base });
    await page.goto('/path/people?organ=no');
    await tabs(page);
    for (const lang of ['', '/en']) {
      await page.goto(`${lang}/help/path`);
      await axe(page);
      await fits(page);
      await shot(page, `path/help-1280${lang.replace('/', '-')}`);
    }
    await close(page);
  });
});
