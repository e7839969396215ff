// What goes wrong on an ordinary day: the session ends in mid-form, two people edit, somebody opens what is not
// theirs, a file is not what its name says. Nothing typed is lost, nothing is given away.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { close, missing, open, quit } from '../lib/browser.mjs';
import { fill, upload } from '../lib/filing.mjs';
import { look, press, said } from '../lib/look.mjs';
import { file, paper, zip } from '../lib/paper.mjs';
import { signIn } from '../lib/people.mjs';
import { demo } from '../lib/server.mjs';
import { steps } from '../lib/steps.mjs';

describe('trouble', { skip: missing }, () => {
  const step = steps();
  let server;
  let page;
  let base;
  const shown = (p, title) => look(p, `trouble/${title}`);
  before(async () => {
    server = await demo({ bare: true });
    page = await open({ base: server.base, width: 1440 });
    await signIn(page, server, 'qiheng');
    await press(page, '开始备案');
    base = new URL(page.url()).pathname;
  });
  after(async () => { await quit(); await server?.stop(); });

  step('a session that ends in mid-form loses nothing', async () => {
    await page.goto(`${base}/form`);
    const elsewhere = await open({ base: server.base });
    await signIn(elsewhere, server, 'qiheng');
    await elsewhere.goto('/account');
    await press(elsewhere, '退出其他所有登录');
    await close(elsewhere);
    await page.locator('#scope').fill('示例：登录过期前写的一大段业务范围。');
    await page.getByText('还没有保存').waitFor();
    await press(page, '保存，以后再填');
    assert.match(await said(page), /填写的内容都在/);
    await page.locator('main summary').click();
    assert.match(await said(page), /登录过期前写的一大段/);
    await shown(page, '01-session-ended');
    const [window] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: '在新窗口重新登录' }).click()]);
    await window.waitForLoadState();
    await signIn(window, server, 'qiheng');
    await window.close();
    await press(page, '继续提交');
    assert.match(await said(page), /申请表已保存/);
    await page.goto(`${base}/form`);
    assert.equal(await page.locator('#scope').inputValue(), '示例：登录过期前写的一大段业务范围。');
  });

  step('two people edit: the later one sees both versions and decides', async () => {
    const colleague = await open({ base: server.base, width: 1440 });
    await signIn(colleague, server, 'qiheng2');
    await Promise.all([page.goto(`${base}/form`), colleague.goto(`${base}/form`)]);
    await fill(colleague, { address: '示例市示例区同事路2号' });
    await press(colleague, '保存，以后再填');
    await page.locator('#address').fill('示例市示例区自己路3号');
    await page.getByText(/示例王同事在.*保存了这张表/).waitFor();
    assert.equal(await page.locator('#address').inputValue(), '示例市示例区自己路3号');
    await shown(page, '02-conflict-told');
    await press(page, '保存，以后再填');
    const both = page.locator('.reg-diff');
    assert.match(await both.innerText(), /通讯地址[\s\S]*同事路2号[\s\S]*自己路3号/);
    assert.equal(await page.locator('#address').inputValue(), '示例市示例区自己路3号', 'what was typed stands in the form');
    await shown(page, '03-conflict');
    await press(page, '保存，以后再填');
    await colleague.goto(`${base}/form`);
    assert.equal(await colleague.locator('#address').inputValue(), '示例市示例区自己路3号');
    await close(colleague);
  });

  step('what belongs to another organisation does not exist, and other fronts are closed', async () => {
    await upload(page, base, '8', '8-投诉.pdf', await paper('投诉受理机制'));
    const own = await page.locator('.reg-files a').first().getAttribute('href');
    const stranger = await open({ base: server.base, width: 1440 });
    await signIn(stranger, server, 'yunxiu');
    for (const rest of ['', '/form', '/print', '/materials/8', '/roster', '/roster/export', '/check', '/submit', '/receipt', '/diff', '/withdraw', '/checklist', own.replace(base, '')]) {
      const answer = await stranger.goto(base + rest);
      assert.equal(answer.status(), 404, rest);
      assert.doesNotMatch(await said(stranger), /启衡|投诉/, rest);
    }
    await shown(stranger, '04-not-found');
    for (const path of ['/authority/filings', '/authority/registrations', '/admin', '/admin/staff', '/admin/ledger']) {
      const answer = await stranger.goto(path);
      assert.equal(answer.status(), 403, path);
      await shown(stranger, `05-closed${path.replaceAll('/', '-')}`);
    }
    await close(stranger);
    const anyone = await open({ base: server.base, width: 390 });
    const answer = await anyone.goto(base);
    assert.ok(/\/sign-in/.test(anyone.url()) || answer.status() === 401, 'nobody reads it without signing in');
    await shown(anyone, '06-sign-in-first');
    await close(anyone);
  });

  for (const script of [true, false]) {
    step(`a file that is not what its name says is told apart, ${script ? 'with' : 'without'} script`, async () => {
      const here = await open({ base: server.base, width: 390, script });
      await signIn(here, server, 'qiheng');
      const cases = [
        [file('6-风险防范.pdf', Buffer.from('这不是PDF，只是改了名字的文本。')), /纯文本文件。请导出或者扫描成PDF后再上传/],
        [file('空.pdf', Buffer.alloc(0)), /空文件/],
        [file('整套.pdf', zip([['6.txt', Buffer.from('示例')]])), /ZIP压缩包。请解压后逐个上传/],
      ];
      for (const [given, words] of cases) {
        await here.goto(`${base}/materials/6`);
        await here.locator('input[type=file][name=files]').setInputFiles(given);
        if (!script) await press(here, '上传', { exact: true });
        await here.locator('main').getByText(words).first().waitFor();
        await look(here, `trouble/07-${script ? 'script' : 'plain'}-${given.name}`);
        await here.goto(`${base}/materials/6`);
        assert.equal(await here.locator('.reg-files li').count(), 0, `${given.name} was not taken`);
      }
      await close(here);
    });
  }

  step('a broken or locked PDF is taken, marked, and stops the submission with its reason', async () => {
    const whole = await paper('持续监督机制', ['示例内容（虚构）。']);
    await upload(page, base, '7', '7-断了一半.pdf', whole.subarray(0, whole.length >> 1));
    assert.match(await said(page), /打不开，可能没有传完或者已经损坏/);
    await shown(page, '08-broken');
    await page.goto(`${base}/check`);
    assert.match(await said(page), /“7-断了一半\.pdf”打不开/);
    await shown(page, '09-check');
    await close(page);
  });
});
