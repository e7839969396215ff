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
      // After six in the morning the service has compared by itself when it started, and may have sent everything again by now.
      assert.match(await said(page), /平台没有这张证书|差异 [1-9]/);
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
      await press(page, '签收违法情况报告');
    });
  });

  step('a violation found before there is a certificate is seen and acknowledged too', async () => {
    await as('jiandu', async (page) => {
      // The one of the demonstration and the one of the step before: whichever is still open.
      for (let n = 0; n < 2; n += 1) {
        await page.goto('/authority/violations');
        const open = page.getByRole('link', { name: '签收', exact: true });
        if (await open.count() === 0) break;
        await open.first().click();
        await page.waitForLoadState();
        await page.locator('#note').fill('示例：已收悉，转有关处室核查。');
        await press(page, '签收违法情况报告');
      }
      await page.goto('/authority/violations');
      assert.doesNotMatch(await said(page), /待签收\n|待签收$/);
      await page.locator('main tbody a[href*="/authority/applications/"]').first().click();
      await page.waitForLoadState();
      const text = await said(page);
      for (const words of [/没有申报的境外接收方/, /已签收/, /第十一条/]) assert.match(text, words);
      await shown(page, '08-before-the-certificate');
    });
  });

  step('older certificates come in from a table, all of them or none', async () => {
    const heads = '证书编号,获证个人信息处理者,统一社会信用代码或者注册号,国家或者地区,注册地址,出境目的,个人信息种类,其中敏感的种类,人数（非敏感）,人数（敏感）,境外接收方,再提供的接收方,信息系统,境外保存月数,认证依据版本,认证标志机构代号,发证日期,有效期至,证书状态,状态起始日期,状态变化的理由';
    const row = (number, status) => `${number},Example Handels GmbH (fictitious),HRB 000000,DE,"1 Example Street, Berlin",订单履行,姓名,,200000,0,Example GmbH|DE|dpo@example.invalid,,CRM,24,R37,SLDH,2025-05-20,2028-05-19,${status},,`;
    const table = (...rows) => ({ name: '原有证书.csv', mimeType: 'text/csv', buffer: Buffer.from([heads, ...rows].join('\n')) });
    await as('qianguan', async (page) => {
      await page.goto('/body/certificates');
      await press(page, '接收原有证书');
      await page.locator('input[type=file][name=table]').setInputFiles(table(row('DH-PIP-2098-1001', '有效'), row('DH-PIP-2098-1001', '停用')));
      await press(page, '先核对');
      const text = await said(page);
      for (const words of [/2处要修改/, /A3/, /与第2行的编号重复/, /S3/, /没有这种状态/]) assert.match(text, words);
      await shown(page, '09-cells');
      const good = table(row('DH-PIP-2098-1001', '有效'), row('DH-PIP-2098-1002', '有效'));
      await page.locator('input[type=file][name=table]').setInputFiles(good);
      await press(page, '先核对');
      assert.match(await said(page), /已核对2张证书/);
      await shown(page, '10-checked');
      await page.locator('input[type=file][name=table]').setInputFiles(good);
      await press(page, '核对并接收');
      assert.match(await page.locator('body').innerText(), /已接收2张原有证书/);
      assert.match(await said(page), /DH-PIP-2098-1002/);
    });
  });

  step('the record holds', async () => {
    await server.halt();
    const walked = verify(server.data);
    assert.equal(walked.code, 0, walked.text);
  });
});
