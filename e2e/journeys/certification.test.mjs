// The body's desk: a gate before a case is opened, an evaluation, two signatures by two people, the certificate; then
// an authority's finding, the suspension that it obliges to, its lifting, and the restoration.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { close, missing, open, quit } from '../lib/browser.mjs';
import { verify } from '../lib/ledger.mjs';
import { look, press, said } from '../lib/look.mjs';
import { file, paper } from '../lib/paper.mjs';
import { giveCode, signIn } from '../lib/people.mjs';
import { demo } from '../lib/server.mjs';
import { steps } from '../lib/steps.mjs';

describe('certification', { skip: missing }, () => {
  const step = steps();
  let server;
  let base;
  let certificate;
  const shown = (page, title) => look(page, `certification/${title}`);
  const as = async (login, work) => {
    const page = await open({ base: server.base, width: 1440 });
    await signIn(page, server, login);
    await work(page);
    await close(page);
  };
  /** The address of the first case that a list shows. */
  const first = async (page, list, room) => {
    await page.goto(list);
    const links = await page.locator('main a[href]').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    const found = links.find((href) => new RegExp(`^${room}/[0-9a-f]{32}$`).test(href));
    assert.ok(found, `${list} shows a case:\n${await said(page)}`);
    return found;
  };
  /** Enters the code where a signature wants a fresh one, and comes back to the page of the act. */
  const sign = async (page, act) => {
    await page.goto(act);
    const again = page.getByRole('link', { name: '先输入动态口令' });
    if (await again.count()) {
      await Promise.all([page.waitForEvent('load'), again.click()]);
      await giveCode(page, server);
      await page.goto(act);
    }
  };
  before(async () => { server = await demo(); });
  after(async () => { await quit(); await server?.stop(); });

  step('a case is closed to whoever has not declared interests', async () => {
    await as('qianguan', async (page) => {
      await page.goto('/body/applications');
      await shown(page, '01-queue');
      assert.match(await said(page), /机构时限/);
      await page.goto(await first(page, '/body/applications?phase=entrusted', '/body/applications'));
      assert.match(await said(page), /现在还不能打开这件案件/);
      await shown(page, '02-gate');
      await press(page, '声明利益关系');
      await page.locator('input[name=has][value=no]').check();
      await press(page, '声明利益关系');
      assert.match(await said(page), /委托资料/);
      await shown(page, '03-open');
      await press(page, '受理');
      await press(page, '受理');
      assert.match(await said(page), /制定认证方案/);
    });
  });

  step('the evaluation recommends, and a step cannot be skipped', async () => {
    await as('wuping', async (page) => {
      base = await first(page, '/body/applications?phase=audited', '/body/applications');
      await page.goto(`${base}/acts/sign`);
      assert.match(await said(page), /这一步现在不能办/);
      await shown(page, '04-not-now');
      await page.goto(`${base}/acts/evaluate`);
      await press(page, '综合评价');
      assert.match(await said(page), /选一项/, 'a recommendation is chosen');
      await page.locator('input[name=recommends][value=certify]').check();
      await page.locator('#summary').fill('示例评价：符合认证要求。');
      await press(page, '综合评价');
      assert.match(await said(page), /已办理：综合评价/);
    });
  });

  step('two people sign, each with a fresh code', async () => {
    await as('zhengjue', async (page) => {
      await sign(page, `${base}/acts/sign`);
      await page.locator('input[name=outcome][value=certify]').check();
      await page.locator('#reasons').fill('示例理由：证据充分。');
      await shown(page, '05-sign');
      await press(page, '签署认证决定');
      assert.match(await said(page), /待负责人签字/);
    });
    await as('wangfu', async (page) => {
      await sign(page, `${base}/acts/countersign`);
      await page.locator('#checked').check();
      await press(page, '签发认证决定');
      assert.match(await said(page), /决定予以认证/);
    });
  });

  step('the certificate is issued', async () => {
    await as('qianguan', async (page) => {
      await page.goto(base);
      await press(page, '发证');
      await page.locator('#number').fill('DH-PIP-2099-7001');
      await page.locator('#mark').fill('SLDH');
      await page.locator('#checked').check();
      await shown(page, '06-issue');
      await press(page, '发证');
      certificate = new URL(page.url()).pathname.split('/').pop();
      assert.match(await said(page), /DH-PIP-2099-7001/);
      await shown(page, '07-certificate');
    });
  });

  step('the authority finds, the body suspends, the authority lifts, the body restores', async () => {
    await as('jiandu', async (page) => {
      await page.goto(`/authority/certificates/${certificate}`);
      await press(page, '提出监督意见');
      await page.locator('input[name=obliges][value=suspend]').check();
      await page.locator('#summary').fill('示例：境外接收方多于认证范围。');
      await page.locator('input[type=file][name=evidence]').setInputFiles(file('检查记录.pdf', await paper('检查记录')));
      await press(page, '提出监督意见');
      assert.match(await said(page), /待机构办理/);
    });
    await as('qianguan', async (page) => {
      await page.goto(`/body/certificates/${certificate}/acts/propose`);
      await page.locator('input[name=measure][value=suspend]').check();
      await page.locator('#ground').fill('示例：出境情况与认证范围不一致。');
      await page.locator('#publication').fill('示例公告：暂停使用证书。');
      await page.locator('#urgent').fill('示例：继续使用会误导个人。');
      await press(page, '提出处理措施');
      assert.match(await said(page), /待决定/);
    });
    await as('wangfu', async (page) => {
      await sign(page, `/body/certificates/${certificate}/acts/take-measure`);
      await page.locator('#checked').check();
      await press(page, '决定处理措施');
      assert.match(await said(page), /证书暂停使用/);
      await shown(page, '08-suspended');
    });
    await as('jiandu', async (page) => {
      await page.goto(`/authority/certificates/${certificate}`);
      assert.match(await said(page), /已办理，未解除/);
      await shown(page, '09-authority');
      await press(page, '解除监督意见');
      await page.locator('#reason').fill('示例：已经整改。');
      await press(page, '解除监督意见');
    });
    await as('qianguan', async (page) => {
      await page.goto(`/body/certificates/${certificate}/acts/propose`);
      await page.locator('input[name=origin][value=body]').check();
      await page.locator('input[name=measure][value=restore]').check();
      await page.locator('#ground').fill('示例：整改完成。');
      await page.locator('#publication').fill('示例公告：恢复使用证书。');
      await press(page, '提出处理措施');
    });
    await as('wangfu', async (page) => {
      await sign(page, `/body/certificates/${certificate}/acts/take-measure`);
      await page.locator('#checked').check();
      await press(page, '决定处理措施');
      assert.match(await page.locator('.reg-titlebar').innerText(), /有效/);
    });
  });

  step('the record is whole', async () => {
    await server.halt();
    const walked = verify(server.data);
    assert.equal(walked.code, 0, walked.text);
  });
});
