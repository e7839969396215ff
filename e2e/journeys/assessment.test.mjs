// Before applying, in a browser: an impact assessment from an empty draft to its report, the ledger, a notice, consents,
// and what authorities see of splitting.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { close, download, missing, open, quit } from '../lib/browser.mjs';
import { look, press, said } from '../lib/look.mjs';
import { signIn } from '../lib/people.mjs';
import { demo } from '../lib/server.mjs';
import { steps } from '../lib/steps.mjs';

const day = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);
const save = (page) => Promise.all([page.waitForEvent('load'), page.locator('main form button[type=submit], main form button:not([type])').first().click()]);

/** Fills the fields of a section and goes on to the next one. */
async function section(page, fields) {
  for (const [id, value] of Object.entries(fields)) {
    const field = page.locator(`#${id}`);
    if (await field.evaluate((e) => e.tagName === 'SELECT')) await field.selectOption(value); else await field.fill(value);
  }
  await save(page);
}

const findings = (...parts) => Object.fromEntries(parts.map((p) => [`${p}-finding`, `${p}：已经核实，情况如报告所述（虚构）。`]));

describe('assessment', { skip: missing }, () => {
  let server; let page; let at;
  before(async () => { server = await demo(); page = await open({ base: server.base }); });
  after(async () => { await quit(); await server?.stop(); });
  const step = steps();

  step('the processor opens an assessment', async () => {
    await signIn(page, server, 'lvxing');
    await page.goto('/processor/assessments');
    await look(page, 'assessments');
    await page.locator('#title').fill('新业务（虚构）');
    await press(page, '开始', { exact: true });
    at = new URL(page.url()).pathname;
    assert.match(await said(page), /12部分，已完成/);
    await look(page, 'assessment-hub-empty');
  });

  step('all parts are filled in, one after the other', async () => {
    await page.goto(`${at}/edit/facts`);
    await look(page, 'assessment-facts');
    await section(page, { processor_name: '示例云岫旅行科技有限公司（虚构）', assessor: '示例丙（虚构）' });
    await look(page, 'assessment-scope');
    await section(page, {
      purposes: '订单履行', kinds: '姓名', kinds_sensitive: '护照号码', people: '420,000', people_sensitive: '6,800',
      recipients: 'Fictional Yunxiu Europe GmbH | DE | privacy@yunxiu.example', systems: '订单系统', retention: '24',
    });
    await look(page, 'assessment-recipients');
    await section(page, {
      'about-0': '集团的全资子公司（虚构）', 'handling-0': '履行订单', 'law-0': '当地的数据保护法', 'source-0': '监管机构网站', 'looked-0': day,
    });
    for (const parts of [['lawful', 'proper', 'necessary'], ['extent', 'national_security', 'public_interest', 'rights'],
      ['duties', 'measures', 'ability'], ['incidents', 'remedies'], ['country_security', 'country_rights'], ['other']]) {
      if (parts[0] === 'extent') await look(page, 'assessment-item-2');
      await section(page, findings(...parts));
    }
    const risks = {};
    for (let n = 0; n < 9; n += 1) Object.assign(risks, { [`what-${n}`]: '可能发生的事（虚构）', [`impact-${n}`]: n === 5 ? 'high' : 'medium', [`likelihood-${n}`]: 'low' });
    Object.assign(risks, { 'measures-5': '双因素登录，单日查看上限', 'left_impact-5': 'medium', 'left_likelihood-5': 'low' });
    await look(page, 'assessment-risks');
    await section(page, risks);
    assert.match(page.url(), /contracts$/);
    await look(page, 'assessment-contracts');
    await page.goto(at);
    await look(page, 'assessment-hub');
    assert.match(await said(page), /写结论并定稿/);
  });

  step('a contradiction has to be explained before it is frozen', async () => {
    await page.goto(`${at}/freeze`);
    await look(page, 'assessment-freeze');
    assert.match(await said(page), /台账/, 'the ledger has a purpose that the assessment lacks');
    await page.locator('#may_export').check();
    await page.locator('#reasons').fill('措施与风险程度相适应（虚构）。');
    await page.locator('#completed_on').fill(day);
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: '定稿', exact: true }).click()]);
    assert.match(await said(page), /不一致/);
    await look(page, 'assessment-freeze-refused');
    await page.locator('#note').fill('差旅业务另行评估（虚构）。');
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: '定稿', exact: true }).click()]);
    assert.match(await said(page), /已定稿/);
    await look(page, 'assessment-frozen');
  });

  step('the report is a PDF and a DOCX', async () => {
    const pdf = await download(page, () => page.getByRole('link', { name: 'PDF', exact: true }).first().click());
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    const docx = await download(page, () => page.getByRole('link', { name: 'DOCX', exact: true }).first().click());
    assert.equal(docx.subarray(0, 2).toString(), 'PK');
  });

  step('ledger, notices and consents', async () => {
    for (const [name, address] of [['ledger', '/processor/ledger'], ['flow', '/processor/ledger/flows/1'], ['notices', '/processor/notices'],
      ['notice', '/processor/notices/1'], ['consents', '/processor/consents/1'], ['ledger-en', '/en/processor/ledger'], ['hub-en', `/en${at}`]]) {
      await page.goto(address);
      await look(page, `preparing-${name}`);
    }
    await close(page);
  });

  step('an officer reads hits that accuse nobody, on a phone as well', async () => {
    for (const width of [1440, 390]) {
      const desk = await open({ base: server.base, width });
      await signIn(desk, server, 'chenmin');
      await desk.goto('/authority/splitting');
      await desk.locator('#samples > summary').click();
      // The applications of the demonstration stand above, with hits of their own.
      const samples = (await said(desk)).split('演示：虚构的例子')[1];
      assert.equal(samples.match(/每一份单独都不满/g).length, 4);
      assert.match(await said(desk), /更不是指控/);
      await look(desk, `splitting-${width}`);
      await close(desk);
    }
  });
});
