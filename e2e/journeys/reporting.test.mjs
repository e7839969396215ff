// Reports to the national platform, against the mock platform that the program brings: sent by themselves, compared,
// what the platform lacks sent again; the feed that the authorities share; a violation in one click.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { close, missing, open, quit } from '../lib/browser.mjs';
import { verify } from '../lib/ledger.mjs';
import { look, press, said } from '../lib/look.mjs';
import { signIn } from '../lib/people.mjs';
import { demo, program, start } from '../lib/server.mjs';
import { steps } from '../lib/steps.mjs';

describe('reporting', { skip: missing }, () => {
  const step = steps();
  let platform;
  let server;
  let folder;
  const shown = (page, title) => look(page, `reporting/${title}`);
  const as = async (login, work) => {
    const page = await open({ base: server.base, width: 1440 });
    await signIn(page, server, login);
    await work(page);
    await close(page);
  };
  /** Loads a page until its text fits: the outbox works beside the pages. */
  const until = async (page, address, pattern) => {
    for (let tries = 0; tries < 40; tries += 1) {
      await page.goto(address);
      if (pattern.test(await said(page))) return;
      await page.waitForTimeout(1000);
    }
    assert.match(await said(page), pattern);
  };
  before(async () => {
    platform = await start(program(), ['mock-platform', '--polite', '--port', '0']);
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'guosuo-reporting-'));
    const settings = path.join(folder, 'settings.toml');
    fs.writeFileSync(settings, `[[reporting.targets]]\nkind = "http"\nid = "模拟平台"\nurl = "${platform.base}/reports"\nshown_url = "${platform.base}/certificates"\n`);
    server = await demo({ env: { GUOSUO_CONFIG: settings } });
  });
  after(async () => {
    await quit();
    await server?.stop();
    await platform?.stop();
    if (folder) fs.rmSync(folder, { recursive: true, force: true });
  });

  step('reports go out by themselves and come back with their receipts', async () => {
    await as('qianguan', async (page) => {
      // The demonstration had a receipt of somebody else for the first report: the platform asks for it, and gets it.
      await until(page, '/body/reports?tab=received', /MP-1-/);
      assert.match(await said(page), /自动报送|报送到|模拟平台/);
      await shown(page, '01-received');
      await page.locator('main td a').first().click();
      await page.waitForLoadState();
      assert.match(await said(page), /报送内容/);
      assert.match(await said(page), /SHA-256/);
      await shown(page, '02-report');
    });
  });

  step('what the platform lacks is found, told with its reason, and sent again', async () => {
    await as('qianguan', async (page) => {
      await page.goto('/body/reports/comparison');
      await press(page, '现在对账');
      assert.match(await said(page), /平台没有这张证书/);
      await shown(page, '03-differences');
      await page.waitForTimeout(8000);
      for (let tries = 0; tries < 10 && !/两边一致/.test(await said(page)); tries += 1) {
        await page.waitForTimeout(2000);
        await page.goto('/body/reports/comparison');
        await press(page, '现在对账');
      }
      assert.match(await said(page), /两边一致/);
      await shown(page, '04-agree');
    });
  });

  step('both authorities see the same feed, and each who looked', async () => {
    let rows;
    for (const [login, ground] of [['jiandu', 'supervision'], ['shijian', 'draw']]) {
      await as(login, async (page) => {
        await page.goto('/authority/reports');
        await press(page, '记录并查阅');
        assert.match(await said(page), /选择查阅的依据/, 'no ground, no feed');
        await page.locator(`input[name=ground][value=${ground}]`).check();
        await press(page, '记录并查阅');
        const feed = await page.locator('main tbody').first().innerText();
        assert.match(feed, /DH-PIP-2099/);
        rows ??= feed;
        assert.equal(feed, rows);
        await shown(page, `05-shared-${login}`);
      });
    }
    await as('jiandu', async (page) => {
      await page.goto('/authority/reports');
      assert.match(await said(page), /检查、抽查和评价/, 'one authority sees that the other looked');
    });
  });

  step('a violation goes to CAC in one click, and is acknowledged', async () => {
    await as('qianguan', async (page) => {
      await page.goto('/body/certificates?tab=suspended');
      await page.locator('main td a').first().click();
      await page.waitForLoadState();
      await press(page, '向网信部门报告违法');
      assert.match(await page.locator('#summary').inputValue(), /暂停使用证书/);
      await shown(page, '06-violation');
      await press(page, '立即报告');
      assert.match(await page.locator('body').innerText(), /已向网信部门报告/);
    });
    await as('jiandu', async (page) => {
      await page.goto('/authority/violations');
      assert.match(await said(page), /待签收/);
      await shown(page, '07-violations');
      await press(page, '签收', { exact: true });
      await page.locator('#note').fill('示例：已收悉，转有关处室核查。');
      await press(page, '签收违法报告');
      await page.goto('/authority/violations');
      assert.doesNotMatch(await said(page), /待签收\n|待签收$/);
    });
  });

  step('the record holds', async () => {
    await server.halt();
    const walked = verify(server.data);
    assert.equal(walked.code, 0, walked.text);
  });
});
