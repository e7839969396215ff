// Steps of a certification body: register, fill in 附件2, the roster, the materials, print and scan, submit.
import assert from 'node:assert/strict';
import { download } from './browser.mjs';
import { press, said } from './look.mjs';
import { file, paper, scan } from './paper.mjs';

/** A day so many days before today in Beijing, as 2026-01-05. */
export function daysAgo(days) {
  return new Date(Date.now() + 8 * 3600_000 - days * 86_400_000).toISOString().slice(0, 10);
}

/** Fills fields by their name: text, several lines, radios. */
export async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const radio = page.locator(`input[type=radio][name=${name}]`);
    if (await radio.count() > 0) await page.locator(`input[name=${name}][value=${value}]`).check();
    else await page.locator(`main [name=${name}]`).fill(value);
  }
}

/** Fills in the registration that is open and sends it; the scans are chosen once and kept when something else is put right. */
export async function register(page, fields, password, { scans = true } = {}) {
  await fill(page, { ...fields, password, repeat: password });
  const sheet = await paper('证件影印件（虚构）', ['正面'], ['反面']);
  for (const name of scans ? ['scan_credit_code', 'scan_legal_rep', 'scan_operator'] : []) {
    await page.locator(`input[type=file][name=${name}]`).setInputFiles(file(`${name}.pdf`, sheet));
  }
  await page.locator('#truth').check();
  await press(page, '提交注册');
}

/** The form as it was saved last, without waiting for the quiet after typing. */
export async function saveForm(page, base, fields, { check = true } = {}) {
  await page.goto(`${base}/form`);
  await fill(page, fields);
  await press(page, check ? '保存并检查' : '保存，以后再填');
}

/** Uploads one file to a slot, as soon as it is chosen (the script sends it in parts). */
export async function upload(page, base, slot, name, bytes) {
  await page.goto(`${base}/materials/${slot}`);
  await page.locator('input[type=file][name=files]').setInputFiles(file(name, bytes));
  await page.locator('.reg-files').getByRole('link', { name }).waitFor();
}

/** Removes the files of a slot. */
export async function clear(page, base, slot) {
  await page.goto(`${base}/materials/${slot}`);
  while (await page.locator('.reg-files li').count() > 0) await press(page, /^移除/);
}

/** Prints the form, has it sealed and scanned, and uploads the scan; gives the printed PDF. */
export async function printAndScan(page, base) {
  await page.goto(`${base}/print`);
  const pdf = await download(page, () => page.locator('main').getByRole('button', { name: '打印申请表（PDF）' }).click());
  await upload(page, base, '1', '1-备案申请表（盖章）.pdf', await scan(pdf));
  return pdf;
}

/** The words of the state of a slot on the task list. */
export async function state(page, base, slot) {
  await page.goto(base);
  return (await page.locator(`[id="m${slot}"] .pi-tag`).innerText()).trim();
}

/** Gives the pledge and submits; ends on the receipt. */
export async function submit(page, base) {
  await page.goto(`${base}/submit`);
  assert.match(page.url(), /\/submit$/, await said(page));
  await page.locator('#pledge').check();
  await press(page, '提交备案');
  assert.match(page.url(), /\/receipt$/, await said(page));
}
