// Where foreigners come: the representative of an overseas processor registers in English, prepares the application and
// comes to its receipt; what is not filed cannot be chosen; the body is told.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { answer, declare, registerParty } from '../lib/applicant.mjs';
import { close, missing, open, quit } from '../lib/browser.mjs';
import { daysAgo } from '../lib/filing.mjs';
import { verify } from '../lib/ledger.mjs';
import { look, press, said } from '../lib/look.mjs';
import { creditCode, signIn } from '../lib/people.mjs';
import { demo } from '../lib/server.mjs';
import { steps } from '../lib/steps.mjs';

const password = 'harbour bronze pottery september example';
const login = 'repalex';

describe('applicant', { skip: missing }, () => {
  const step = steps();
  let server;
  let rep;
  let officer;
  let base;
  const shown = (title, page = rep) => look(page, `applicant/${title}`);
  before(async () => {
    server = await demo();
    rep = await open({ base: server.base, width: 1440 });
    officer = await open({ base: server.base, width: 1440 });
  });
  after(async () => { await quit(); await server?.stop(); });

  step('the representative registers in English and is confirmed', async () => {
    await rep.goto('/en/register/processor');
    await shown('01-register');
    await registerParty(rep, {
      capacity: 'representative', org_name: 'Example Representatives Ltd (fictitious)', credit_code: creditCode('91110108MA0X00071'),
      legal_rep: 'Example Legal', address: '9 Example Road, Beijing', represents: 'Example Handels GmbH (fictitious)',
      operator: 'Alex Example', phone: '010-00000009', mail: 'alex@example.invalid', login,
    }, password);
    assert.match(rep.url(), /\/register\/done$/, await said(rep));
    await signIn(rep, server, login, { lang: 'en', password });
    assert.match(rep.url(), /\/en\/processor$/);
    assert.match(await said(rep), /waiting for confirmation/);
    await shown('02-waiting');
    await signIn(officer, server, 'chenmin');
    await officer.goto('/authority/registrations');
    await press(officer, /Example Representatives/);
    await shown('03-registration', officer);
    await press(officer, '确认注册');
    assert.match(await said(officer), /已确认/);
  });

  step('an application for an overseas processor begins with its mandate', async () => {
    await rep.goto('/en/processor');
    await press(rep, 'Start an application');
    await shown('04-open');
    await rep.locator('#processor_name').fill('Example Handels GmbH (fictitious)');
    await rep.locator('#processor_address').fill('1 Example Street, Berlin');
    await rep.locator('#processor_country').selectOption('DE');
    await rep.locator('#processor_code').fill('HRB 000000');
    await press(rep, 'Start preparing');
    base = new URL(rep.url()).pathname;
    assert.match(await said(rep), /0 of 5 tasks/);
    await shown('05-tasks');
    await rep.goto(`${base}/mandate`);
    await declare(rep, 'doc', 'Power of attorney', '1.0');
    await rep.locator('#from').fill('2026-01-01');
    await rep.locator('#until').fill('2029-12-31');
    await rep.locator('#reported_to').fill('示例市网信办');
    await shown('06-mandate');
    await press(rep, 'Record the mandate');
    assert.match(await said(rep), /The mandate is recorded/);
  });

  step('only a filed body can be chosen', async () => {
    await rep.goto(`${base}/body`);
    assert.match(await said(rep), /no other body can be chosen/);
    await shown('07-bodies');
    await rep.locator('input[name=body]').first().check();
    await press(rep, 'Choose this body');
    assert.match(await said(rep), /1|2 of 5 tasks/);
  });

  step('the path is computed from the facts', async () => {
    await rep.goto(`${base}/eligibility`);
    await shown('08-questions');
    await answer(rep, '500');
    assert.match(await said(rep), /by your answers/);
    await shown('09-other-path');
    await answer(rep, '200000');
    assert.match(rep.url(), new RegExp(`${base}$`), await said(rep));
  });

  step('the scope is data, saved as it is typed and checked row by row', async () => {
    await rep.goto(`${base}/scope`);
    await rep.locator('#purposes').fill('Fulfilment of orders\nCustomer service');
    await rep.locator('#kind-1').fill('Name');
    await rep.locator('#people').fill('300000');
    await rep.locator('#recipient-1').fill('Example Handels GmbH');
    await press(rep, 'Save and check');
    assert.match(await said(rep), /missing;/);
    await shown('10-scope-errors');
    await rep.locator('#country-1').selectOption('DE');
    await rep.locator('#contact-1').fill('dpo@example.invalid');
    await rep.locator('#systems').fill('CRM');
    await rep.locator('#retention').fill('24');
    await shown('11-scope');
    await press(rep, 'Save and check');
    assert.match(rep.url(), new RegExp(`${base}$`), await said(rep));
  });

  step('assessment, notice and consent are declared by version and digest', async () => {
    await rep.goto(`${base}/duties`);
    await declare(rep, 'impact', 'Impact assessment', '2.0');
    await rep.locator('#completed_on').fill(daysAgo(10));
    for (const item of ['purpose', 'risks', 'recipient', 'after_export', 'country']) await rep.locator(`input[name=items][value=${item}]`).check();
    await declare(rep, 'notice', 'Notice', '1.0');
    await declare(rep, 'consent', 'Consent', '1.0');
    await shown('12-duties');
    await press(rep, 'Save and check');
    assert.match(await said(rep), /5 of 5 tasks/);
    await shown('13-complete');
  });

  step('checked, pledged, submitted: the receipt', async () => {
    await press(rep, 'Check and submit');
    assert.match(await said(rep), /Germany/);
    await shown('14-check');
    await rep.locator('#pledge').check();
    await press(rep, 'Submit the application');
    assert.match(rep.url(), /\/receipt$/, await said(rep));
    assert.match(await said(rep), /认委〔\d{4}〕\d{3}号/);
    await shown('15-receipt');
    await press(rep, 'Follow the application');
    await shown('16-status');
    const phone = await open({ base: server.base, width: 390, state: await rep.context().storageState() });
    for (const [page, name] of [['', 'status'], ['/receipt', 'receipt']]) {
      await phone.goto(`${base}${page}`);
      await shown(`17-phone-${name}`, phone);
    }
    await phone.goto(base.replace(/^\/en/, ''));
    await shown('18-phone-chinese', phone);
    await phone.goto('/processor');
    await shown('19-list-chinese', phone);
    await close(phone);
    await rep.goto('/en/processor');
    await shown('20-list');
  });

  step('the record verifies', async () => {
    await close(rep);
    await close(officer);
    await server.halt();
    const walked = verify(server.data);
    assert.equal(walked.code, 0, walked.text);
  });
});
