// A filing that is refused: two materials are wanting, the two authorities differ, the head decides; the body reads
// why, files anew from a copy, and the comparison shows what has changed and nothing else.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { close, download, missing, open, quit } from '../lib/browser.mjs';
import { clear, printAndScan, saveForm, submit, upload } from '../lib/filing.mjs';
import { verify } from '../lib/ledger.mjs';
import { look, press, said } from '../lib/look.mjs';
import { judgeAll, openCase } from '../lib/office.mjs';
import { paper, textOf } from '../lib/paper.mjs';
import { giveCode, signIn } from '../lib/people.mjs';
import { demo } from '../lib/server.mjs';
import { steps } from '../lib/steps.mjs';

const name = '示例望岳质量技术评价中心（虚构）';
const note = '没有写明公开的投诉受理渠道，请补充网址和电话。';

describe('refusal', { skip: missing }, () => {
  const step = steps();
  let server;
  let body;
  let officer;
  let base;
  const shown = (page, title) => look(page, `refusal/${title}`);
  before(async () => {
    server = await demo();
    body = await open({ base: server.base, width: 1440 });
    officer = await open({ base: server.base, width: 1440 });
  });
  after(async () => { await quit(); await server?.stop(); });

  step('an officer finds one material wanting and one that cannot be read', async () => {
    await signIn(officer, server, 'zhouyuan');
    await officer.goto('/authority/filings');
    await shown(officer, '01-queue');
    base = await openCase(officer, name);
    await press(officer, '领办');
    await officer.goto(`${base}/materials/8`);
    await officer.locator('input[name=verdict][value=missing]').check();
    await press(officer, '保存，看下一项');
    assert.match(await said(officer), /要选至少一条理由/, 'a verdict needs its reason');
    await shown(officer, '02-reason-needed');
    await judgeAll(officer, base, {
      wanting: {
        1.4: { verdict: 'unclear', reasons: ['illegible'], note: '反面号码看不清。', page: 1 },
        8: { verdict: 'missing', reasons: ['content_missing'], note },
      },
    });
    await shown(officer, '03-case');
    await press(officer, '送会同意见');
  });

  step('the authorities differ, and the proposal must say why', async () => {
    const reviewer = await open({ base: server.base, width: 1440 });
    await signIn(reviewer, server, 'linshu');
    await reviewer.goto(`${base}/opinion`);
    await reviewer.locator('input[name=opinion][value=complete]').check();
    await press(reviewer, '签名并提交');
    await close(reviewer);
    await officer.goto(base);
    assert.match(await said(officer), /两部门意见不一致/);
    await shown(officer, '04-disputed');
    await press(officer, '拟写通知，提出办理意见');
    const letter = await officer.locator('.reg-paper').innerText();
    for (const part of ['不予备案', note, '第十二条']) assert.ok(letter.includes(part), part);
    await press(officer, '送处室负责人审定');
    assert.match(await said(officer), /请在说明栏写明会商情况和采纳理由/);
    await shown(officer, '05-unexplained');
    await officer.locator('#note').fill('已与会同部门电话会商，第8项确无受理渠道，采纳本单位结论。');
    await press(officer, '送处室负责人审定');
    assert.match(await said(officer), /等待处室负责人审定/);
  });

  step('the head refuses with the reasons of the letter', async () => {
    const head = await open({ base: server.base, width: 1440 });
    await signIn(head, server, 'hechuan');
    await head.goto('/authority/inbox');
    await shown(head, '06-inbox');
    await openCase(head, name);
    await press(head, '审定');
    await shown(head, '07-decide');
    await head.locator('#checked').check();
    await press(head, '不予备案并送达');
    if (/\/sign-in\/again/.test(head.url())) {
      await giveCode(head, server);
      await head.locator('#checked').check();
      await press(head, '不予备案并送达');
    }
    assert.match(await said(head), /已作出不予备案决定/);
    await shown(head, '08-refused');
    await close(head);
    const anyone = await open({ base: server.base, width: 390 });
    await anyone.goto('/bodies?q=%E6%9C%9B%E5%B2%B3');
    assert.match(await said(anyone), /没有找到/, 'a refusal is not published');
    await shown(anyone, '09-not-listed');
    await close(anyone);
  });

  step('the body reads what was wanting, with material and article', async () => {
    await signIn(body, server, 'wangyue');
    await body.goto('/body/inbox');
    await press(body, /不予备案/);
    await shown(body, '10-message');
    const notice = textOf(await download(body, () => body.locator('main a.pi-button').click()));
    for (const part of [name, note, '第十二条', '反面号码看不清']) assert.ok(notice.includes(part), part);
    await press(body, '打开案件');
    const text = await said(body);
    for (const part of [/本次不予备案/, /1\.4\s+经办人身份证件/, /不清晰/, /8\s+投诉受理和争议解决机制说明/, /《办法》第十二条|备案指南/, new RegExp(note)]) assert.match(text, part);
    await shown(body, '11-reasons');
  });

  step('it files anew from a copy, and the comparison names the changes alone', async () => {
    await press(body, '从这一次复制，重新备案');
    const anew = new URL(body.url()).pathname;
    await shown(body, '12-copy');
    await saveForm(body, anew, { capital: '1800' });
    for (const [slot, title] of [['1.4', '经办人身份证件'], ['8', '投诉受理和争议解决机制']]) {
      await clear(body, anew, slot);
      await upload(body, anew, slot, `${slot}-${title}（更新）.pdf`, await paper(title, ['正面：示例内容（虚构）。'], ['反面：受理电话010-00000000。']));
    }
    await clear(body, anew, '1');
    await printAndScan(body, anew);
    await body.goto(`${anew}/diff`);
    const changed = await body.locator('.reg-diff tbody tr:not(.is-same) th').allInnerTexts();
    assert.deepEqual(changed.map((line) => line.replace(/\s+/g, ' ').trim()), ['注册资本', '第1项 备案申请表', '第1.4项 经办人身份证件', '第8项 投诉和争议解决机制说明']);
    const capital = await body.locator('.reg-diff tr', { hasText: '注册资本' }).innerText();
    assert.match(capital, /1200万元[\s\S]*1800万元/);
    await shown(body, '13-diff');
    await submit(body, anew);
    await shown(body, '14-receipt');
    await body.goto('/body/filings');
    assert.equal(await body.locator('main tbody tr').count(), 2, 'the refused filing and the new one');
    await shown(body, '15-filings');
  });

  step('the officer sees the same comparison', async () => {
    await openCase(officer, name);
    const changed = await officer.locator('.reg-diff tbody tr:not(.is-same) th').allInnerTexts();
    assert.equal(changed.length, 4, changed.join('; '));
    await shown(officer, '16-case-anew');
    await close(officer);
    await close(body);
  });

  step('the record of an instance with cases at every stage verifies', async () => {
    await server.halt();
    const { code, report, text } = verify(server.data);
    assert.equal(code, 0, text);
    assert.ok(report.faults.length === 0 && report.cases >= 19, text);
  });
});
