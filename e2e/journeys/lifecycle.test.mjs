// A certificate's whole life for a processor from abroad: applied for in English by its representative, verified,
// audited with a nonconformity, rectified, decided, issued; suspended on an authority's finding and restored; flows beyond
// the scope; renewed under a moved clock, and ended by time.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { answer, declare } from '../lib/applicant.mjs';
import { close, missing, open, quit } from '../lib/browser.mjs';
import { attach, measure, untilAudited, untilIssued, worker } from '../lib/certify.mjs';
import { daysAgo } from '../lib/filing.mjs';
import { verify } from '../lib/ledger.mjs';
import { look, press, said } from '../lib/look.mjs';
import { textOf } from '../lib/paper.mjs';
import { demo, later } from '../lib/server.mjs';
import { steps } from '../lib/steps.mjs';

const number = 'DH-PIP-2099-8001';
const next = 'DH-PIP-2099-8002';
const day = (shift, days = 0) => new Date(Date.now() + shift + (8 + 24 * days) * 3600e3).toISOString().slice(0, 10);

/** Fills in what an application asks for beyond the scope: people, assessment, notice, consent. */
async function duties(page, base, completed) {
  await page.goto(`${base}/eligibility`);
  await answer(page, '200000');
  await page.goto(`${base}/duties`);
  await declare(page, 'impact', 'Impact assessment', '2.0');
  await page.locator('#completed_on').fill(completed);
  for (const item of ['purpose', 'risks', 'recipient', 'after_export', 'country']) await page.locator(`input[name=items][value=${item}]`).check();
  await declare(page, 'notice', 'Notice', '1.0');
  await declare(page, 'consent', 'Consent', '1.0');
  await press(page, 'Save and check');
}

async function submit(page, base) {
  await page.goto(`${base}/submit`);
  await page.locator('#pledge').check();
  await press(page, 'Submit the application');
  assert.match(page.url(), /\/receipt$/, await said(page));
}

/** What anybody reads of a certificate on a phone, in English. */
async function anybody(server, of, words, title) {
  const page = await open({ base: server.base, width: 390 });
  await page.goto(`/en/certificates/${of}`);
  let text = await said(page);
  // What was decided a moment ago is signed and printed by the worker, and shown when it is.
  for (let n = 0; n < 40 && !words.every((word) => word.test(text)); n += 1) {
    await page.waitForTimeout(1000);
    await page.reload();
    text = await said(page);
  }
  for (const word of words) assert.match(text, word);
  await look(page, `lifecycle/${title}`);
  await close(page);
  return text;
}

describe('lifecycle', { skip: missing }, () => {
  const step = steps();
  let server;
  let as;
  let id;
  let certificate;
  const shown = (page, title) => look(page, `lifecycle/${title}`);
  before(async () => { server = await demo(); as = worker(server); });
  after(async () => { await quit(); await server?.stop(); });

  step('the representative of an overseas processor applies in English', async () => {
    await as('daibiao', async (page) => {
      await shown(page, '01-list');
      await press(page, 'Another application');
      await page.locator('#processor_name').fill('Example Reisen GmbH (fictitious)');
      await page.locator('#processor_address').fill('2 Example Street, Hamburg');
      await page.locator('#processor_country').selectOption('DE');
      await page.locator('#processor_code').fill('HRB 000001');
      await press(page, 'Start preparing');
      const base = new URL(page.url()).pathname;
      id = base.split('/').pop();
      await page.goto(`${base}/mandate`);
      await declare(page, 'doc', 'Power of attorney', '1.0');
      await page.locator('#from').fill('2026-01-01');
      await page.locator('#until').fill('2032-12-31');
      await page.locator('#reported_to').fill('示例市网信办');
      await press(page, 'Record the mandate');
      await page.goto(`${base}/body`);
      await page.getByLabel(/示例东湖认证有限公司/).check();
      await press(page, 'Choose this body');
      await page.goto(`${base}/scope`);
      await page.locator('#purposes').fill('Fulfilment of orders');
      await page.locator('#kind-1').fill('Name');
      await page.locator('#people').fill('300000');
      await page.locator('#recipient-1').fill('Example Reisen GmbH');
      await page.locator('#country-1').selectOption('DE');
      await page.locator('#contact-1').fill('dpo@example.invalid');
      await page.locator('#systems').fill('CRM');
      await page.locator('#retention').fill('24');
      await press(page, 'Save and check');
      await duties(page, base, daysAgo(10));
      await submit(page, base);
      await shown(page, '02-receipt');
      const [pdf] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the receipt (PDF)' }).click()]);
      const text = textOf(await read(pdf));
      assert.match(text, /认证委托收件回执/);
      assert.match(text, /Receiptofanapplication/, 'with an English page');
    }, { lang: 'en' });
  });

  step('accepted, planned, verified, audited with a nonconformity', async () => {
    await untilAudited(server, id, { wanting: true, shown: (page, title) => shown(page, `03-${title}`) });
  });

  step('the nonconformity is corrected within the limit', async () => {
    const base = `/body/applications/${id}`;
    await as('qianguan', async (page) => {
      await page.goto(`${base}/acts/order-rectification`);
      await page.locator('#until').fill(day(0, 60));
      await press(page, /整改/);
    });
    await as('daibiao', async (page) => {
      await page.goto(`/en/processor/applications/${id}/corrections`);
      await shown(page, '04-corrections');
      await press(page, /Propose/);
      await page.locator('#action').fill('Cause: the notice left out the contact. Correction: a new notice.');
      await page.locator('#planned_for').fill(day(0, 20));
      await press(page, /Propose/);
    }, { lang: 'en' });
    await as('shenhe', async (page) => {
      await page.goto(`${base}/acts/review-correction`);
      await page.locator('#nc').selectOption('1');
      await page.locator('input[name=approve][value=yes]').check();
      await press(page, /审查|纠正/);
    });
    await as('daibiao', async (page) => {
      await page.goto(`/en/processor/applications/${id}/acts/report-correction?nc=1`);
      await page.locator('#nc').selectOption('1');
      await page.locator('#started_on').fill(day(0));
      await page.locator('#done_on').fill(day(0));
      await attach(page, 'evidence', 'New notice');
      await press(page, /Report/);
    }, { lang: 'en' });
    await as('shenhe', async (page) => {
      await page.goto(`${base}/acts/judge-correction`);
      await page.locator('#nc').selectOption('1');
      await page.locator('input[name=effective][value=yes]').check();
      await press(page, /验证|纠正|整改/);
      assert.match(await said(page), /已关闭/);
    });
  });

  step('evaluated, decided by two people, issued; everybody sees it valid', async () => {
    certificate = await untilIssued(server, id, number, { shown: (page, title) => shown(page, `05-${title}`) });
    const text = await anybody(server, number, [/The certificate is valid/, /Germany/], '06-public');
    assert.doesNotMatch(text, /Example Reisen GmbH;|dpo@/, 'who receives is not published');
    await as('daibiao', async (page) => {
      const path = `/en/processor/certificates/${certificate}`;
      await page.goto(path);
      for (let n = 0; n < 40 && await page.getByRole('link', { name: /^Certificate \(PDF/ }).count() === 0; n += 1) {
        await page.waitForTimeout(1000);
        await page.reload();
      }
      await shown(page, '07-holder');
      const [pdf] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Certificate \(PDF/ }).click()]);
      const print = textOf(await read(pdf));
      for (const words of ['个人信息保护认证证书', 'CertificateofPersonal', number]) assert.ok(print.includes(words), words);
    }, { lang: 'en' });
  });

  step('an authority finds, the body suspends, everybody sees why; lifted, it is restored', async () => {
    await as('jiandu', async (page) => {
      await page.goto(`/authority/certificates/${certificate}/acts/state-finding`);
      await page.locator('input[name=obliges][value=suspend]').check();
      await page.locator('#summary').fill('示例：境外接收方多于认证范围。');
      await attach(page, 'evidence', '检查记录');
      await press(page, '提出监督意见');
    });
    await measure(server, certificate, 'suspend', { urgent: '示例：继续使用会误导个人。' });
    await anybody(server, number, [/The certificate is suspended/, /on the finding of/], '08-suspended');
    await as('daibiao', async (page) => {
      await page.goto(`/en/processor/certificates/${certificate}`);
      const [pdf] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Letter: Suspended/ }).click()]);
      assert.match(textOf(await read(pdf)), /认证证书暂停通知书/);
    }, { lang: 'en' });
    await as('jiandu', async (page) => {
      await page.goto(`/authority/certificates/${certificate}/acts/lift-finding`);
      await page.locator('#number').selectOption('1');
      await page.locator('#reason').fill('示例：已经整改。');
      await press(page, '解除监督意见');
    });
    await measure(server, certificate, 'restore', { origin: 'body' });
    await anybody(server, number, [/The certificate is valid/, /Restored/, /Suspended/], '09-restored');
  });

  step('flows beyond the scope are shown field by field and told to the body', async () => {
    await as('daibiao', async (page) => {
      await page.goto(`/en/processor/certificates/${certificate}/flows`);
      await shown(page, '10-flows');
      await page.locator('#recipient-2').fill('Example Inc');
      await page.locator('#country-2').selectOption('US');
      await page.locator('#contact-2').fill('privacy@example.invalid');
      await press(page, 'Compare', { exact: true });
      assert.match(await said(page), /Beyond the certified scope[\s\S]*Example Inc/);
      await shown(page, '11-compared');
      await press(page, 'Declare', { exact: true });
      assert.match(await said(page), /beyond the certified scope/);
      const phone = await open({ base: server.base, width: 390, state: await page.context().storageState() });
      await phone.goto(`/processor/certificates/${certificate}/flows`);
      await shown(phone, '12-flows-phone');
      await close(phone);
    }, { lang: 'en' });
    await as('qianguan', async (page) => {
      await page.goto(`/body/certificates/${certificate}`);
      await shown(page, '13-suggested');
      await press(page, '据此提出暂停');
      assert.match(await page.locator('#ground').inputValue(), /实际出境情况与认证范围不一致/);
      await page.goto(`/body/certificates/${certificate}/acts/set-aside`);
      await page.locator('#number').selectOption('1');
      await page.locator('#reason').fill('示例：当场停止，经核实。');
      await press(page, '不采纳系统提示');
    });
  });

  step('the mandate is renewed on the page of the certificate, and the body sees both', async () => {
    await as('daibiao', async (page) => {
      await page.goto(`/en/processor/certificates/${certificate}`);
      await press(page, 'Record the mandate');
      await shown(page, '13-mandate');
      await page.locator('#until').fill('2033-12-31');
      await attach(page, 'document', 'Power of attorney 2');
      await press(page, 'Record the mandate');
      assert.match(await said(page), /Replaced/);
      await shown(page, '13-mandates');
    }, { lang: 'en' });
    await as('qianguan', async (page) => {
      await page.goto(`/body/certificates/${certificate}`);
      assert.match(await said(page), /已被新的授权代替/);
      await shown(page, '13-mandates-body');
    });
  });

  step('six months before the end it is renewed, and both certificates refer to each other', async () => {
    const issued = new Date(Date.now() + 8 * 3600e3);
    const then = new Date(issued);
    then.setUTCFullYear(issued.getUTCFullYear() + 2, issued.getUTCMonth() + 5, 1);
    server = await later(server, then.toISOString());
    as = worker(server);
    let renewal;
    await as('daibiao', async (page) => {
      await page.goto(`/en/processor/certificates/${certificate}`);
      await press(page, 'Renew');
      assert.match(await said(page), /Apply by/);
      await shown(page, '14-renewal');
      await press(page, 'Start the renewal');
      const base = new URL(page.url()).pathname;
      renewal = base.split('/').pop();
      assert.match(await said(page), /3 of 5 tasks|Record the mandate/);
      await duties(page, base, day(server.shift, -10));
      await submit(page, base);
      await page.goto(`/en/processor/certificates/${certificate}/renewal`);
      assert.match(await said(page), /Applied for in time/);
    }, { lang: 'en' });
    await untilAudited(server, renewal);
    const successor = await untilIssued(server, renewal, next);
    await as('daibiao', async (page) => {
      await page.goto(`/en/processor/certificates/${certificate}`);
      await press(page, 'Open');
      assert.match(page.url(), new RegExp(successor));
      await shown(page, '15-successor');
    }, { lang: 'en' });
  });

  step('time ends the old certificate and not the new one', async () => {
    const end = new Date(Date.now() + server.shift);
    end.setUTCMonth(end.getUTCMonth() + 8);
    server = await later(server, end.toISOString());
    await anybody(server, number, [/The certificate has expired/, /Validity ended/], '16-expired');
    await anybody(server, next, [/The certificate is valid/], '17-next');
    as = worker(server);
    await as('daibiao', async (page) => {
      await page.goto(`/en/processor/certificates/${certificate}/renewal`);
      assert.match(await said(page), /cannot be renewed/);
      await shown(page, '18-too-late');
    }, { lang: 'en' });
  });

  step('the record verifies', async () => {
    await server.halt();
    const walked = verify(server.data);
    assert.equal(walked.code, 0, walked.text);
  });
});

/** The bytes of a download. */
async function read(download) {
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks);
}
