// The script's three promises: drafts are saved, uploads survive a cut line, nobody is signed out without warning.
// The server's answers are played here, so that every failure can be produced on purpose.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { close, missing, open, quit } from '../lib/browser.mjs';
import { axe } from '../lib/checks.mjs';
import { gallery } from '../lib/server.mjs';

const json = (body, status = 200) => ({ status, contentType: 'application/json', body: JSON.stringify(body) });
const MIB = 1024 * 1024;

describe('script', { skip: missing }, () => {
  let server;
  before(async () => { server = await gallery(); });
  after(async () => { await quit(); await server?.stop(); });

  test('a draft is saved while it is typed, and a conflict stops the saving', async () => {
    const page = await open({ base: server.base });
    const sent = [];
    let answer = json({ saved_at: '14:32', version: 7 });
    await page.route('**/gallery/draft', (route) => { sent.push(new URLSearchParams(route.request().postData())); return route.fulfill(answer); });
    await page.goto('/gallery/forms');
    const line = page.locator('[data-autosave-status]');
    await page.locator('#name').pressSequentially('示例八号');
    await page.getByText('14:32 已保存').waitFor();
    assert.equal(sent.length, 1, 'one request for a burst of typing');
    assert.equal(sent[0].get('name'), '示例八号');
    assert.equal(sent[0].get('version'), '6');
    assert.equal(await page.locator('input[name=version]').inputValue(), '7');
    answer = json({ message: '示例王同事14:33改过，请先看最新内容。' }, 409);
    await page.locator('#name').fill('示例九号');
    await page.getByText('示例王同事14:33改过').waitFor();
    await page.locator('#name').fill('示例十号');
    await page.waitForTimeout(2500);
    assert.equal(sent.length, 2, 'after a conflict nothing is overwritten');
    assert.match(await line.getAttribute('class'), /is-bad/);
    page.faults.length = 0;
    await close(page);
  });

  test('a draft that could not be saved is tried again', async () => {
    const page = await open({ base: server.base });
    await page.clock.install();
    let up = false;
    await page.route('**/gallery/draft', (route) => (up ? route.fulfill(json({ saved_at: '15:00', version: 8 })) : route.abort()));
    await page.goto('/gallery/forms');
    await page.locator('#name').fill('示例');
    await page.clock.fastForward(2000);
    await page.getByText('还没有保存').waitFor();
    up = true;
    await page.clock.fastForward(11000);
    await page.getByText('15:00 已保存').waitFor();
    await close(page);
  });

  test('an upload goes on where the line was cut', async () => {
    const page = await open({ base: server.base });
    const bytes = Buffer.alloc(20 * MIB, 7);
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'guosuo-e2e-')), '工作计划.pdf');
    fs.writeFileSync(file, bytes);
    const parts = [];
    let stored = 0;
    let cuts = 0;
    let created;
    await page.route('**/gallery/uploads', (route) => {
      created = new URLSearchParams(route.request().postData());
      return route.fulfill(json({ upload: '/gallery/uploads/u1', offset: 0 }, 201));
    });
    await page.route('**/gallery/uploads/u1', async (route) => {
      const request = route.request();
      if (request.method() === 'GET') return route.fulfill(json({ offset: stored }));
      assert.equal(request.method(), 'PATCH');
      const from = Number(await request.headerValue('upload-offset'));
      if (from === 8 * MIB && cuts === 0) { cuts += 1; stored = 10 * MIB; return route.abort('connectionreset'); }
      assert.equal(from, stored, 'the server\'s offset is the truth');
      const sum = createHash('sha256').update(bytes.subarray(from, Math.min(from + 8 * MIB, bytes.length))).digest('base64');
      assert.equal(await request.headerValue('content-digest'), `sha-256=:${sum}:`);
      parts.push(from);
      stored = Math.min(from + 8 * MIB, bytes.length);
      const done = stored === bytes.length;
      return route.fulfill(json({ offset: stored, ...(done ? { done, next: '/gallery/filing' } : {}) }));
    });
    await page.goto('/gallery/forms');
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText('网络断开，已上传40%').waitFor();
    await axe(page, 'an upload with a cut line');
    await page.waitForURL('**/gallery/filing');
    assert.equal(created.get('name'), '工作计划.pdf');
    assert.equal(created.get('size'), String(bytes.length));
    assert.deepEqual(parts, [0, 10 * MIB, 18 * MIB]);
    fs.rmSync(path.dirname(file), { recursive: true });
    await close(page);
  });

  test('a refused file says why, in the words of the server, and stays on the page', async () => {
    const page = await open({ base: server.base });
    await page.route('**/gallery/uploads', (route) => route.fulfill(json({ message: '“空.pdf”是空文件，没有内容。' }, 422)));
    await page.goto('/gallery/forms');
    await page.locator('input[type=file]').setInputFiles({ name: '空.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(0) });
    await page.getByText('“空.pdf”是空文件').waitFor();
    assert.match(page.url(), /\/gallery\/forms$/);
    await close(page);
  });

  test('before the idle sign-out there is a warning that can be answered', async () => {
    const page = await open({ base: server.base });
    await page.clock.install();
    let stays = 0;
    await page.route('**/session/stay', (route) => { stays += 1; return route.fulfill({ status: 204 }); });
    await page.route('**/sign-in?idle=1', (route) => route.fulfill({ status: 200, contentType: 'text/plain', body: 'left' }));
    await page.goto('/gallery/queue-empty');
    await page.clock.runFor(770 * 1000);
    assert.equal(await page.locator('#timeout').isVisible(), false);
    await page.clock.runFor(15 * 1000);
    await page.locator('#timeout').waitFor();
    await axe(page, 'the warning before sign-out');
    await page.getByRole('button', { name: '继续办理' }).click();
    await page.locator('#timeout').waitFor({ state: 'hidden' });
    assert.equal(stays, 1);
    await page.clock.runFor(785 * 1000);
    await page.locator('#timeout').waitFor();
    await page.clock.runFor(130 * 1000);
    await page.waitForURL('**/sign-in?idle=1');
    await close(page);
  });
});
