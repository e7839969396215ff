// Steps of an applicant for certification, in English: register, open, mandate, body, answers, scope, declarations.
import { fill } from './filing.mjs';
import { press } from './look.mjs';
import { file, paper } from './paper.mjs';

/** Fills in the registration of a processor's front and sends it. */
export async function registerParty(page, fields, password) {
  for (const [name, value] of Object.entries(fields)) {
    const radio = page.locator(`input[type=radio][name=${name}]`);
    const list = page.locator(`main select[name=${name}]`);
    if (await radio.count() > 0) await page.locator(`input[name=${name}][value=${value}]`).check();
    else if (await list.count() > 0) await list.selectOption(value);
    else await page.locator(`main [name=${name}]`).fill(value);
  }
  await fill(page, { password, repeat: password });
  const sheet = await paper('Identity document (fictitious)', ['front'], ['back']);
  for (const name of ['scan_credit_code', 'scan_legal_rep', 'scan_operator']) {
    await page.locator(`input[type=file][name=${name}]`).setInputFiles(file(`${name}.pdf`, sheet));
  }
  await page.locator('#truth').check();
  await press(page, 'Register');
}

/** Declares a document by uploading it. */
export async function declare(page, id, title, version) {
  await page.locator(`#${id}_title`).fill(title);
  await page.locator(`#${id}_version`).fill(version);
  await page.locator(`input[type=file][name=${id}_file]`).setInputFiles(file(`${id}.pdf`, await paper(title, ['fictitious'])));
}

/** Gives the facts of one flow with so many people, with their evidence. */
export async function answer(page, people) {
  const choices = { organ: 'no', ciio: 'no', 'export-1': 'yes', 'important-1': 'no', 'exempt-1': 'none', 'zone-1': 'not_ftz', 'treaty-1': 'no' };
  for (const [name, value] of Object.entries(choices)) await page.locator(`input[name="${name}"][value="${value}"]`).check();
  await page.locator('[name="people-1"]').fill(people);
  await page.locator('[name="sensitive-1"]').fill('0');
  if (await page.locator('#evidence1_title').count() === 0) await declare(page, 'evidence0', 'Count of people', '2026-03');
  await press(page, 'Save and compute');
}
