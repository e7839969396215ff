// Steps of the authorities: find a case, look at every material, give verdicts.
import assert from 'node:assert/strict';
import { press, said } from './look.mjs';

/** Opens a case from the queue by searching for the body. */
export async function openCase(page, name) {
  await page.goto('/authority/filings');
  await page.locator('#q-q').fill(name);
  await press(page, '查询');
  const rows = page.locator('.reg-queue tbody tr');
  assert.equal(await rows.count(), 1, `one case of ${name} in the queue:\n${await said(page)}`);
  await Promise.all([page.waitForEvent('load'), rows.first().getByRole('link', { name }).click()]);
  return new URL(page.url()).pathname;
}

/** Every page image of the material is drawn: none is broken, none is missing. */
export async function pagesAreDrawn(page, slot) {
  const images = page.locator('.reg-viewer__pages img');
  const count = await images.count();
  assert.ok(count > 0, `no page image of item ${slot}`);
  for (let n = 0; n < count; n += 1) {
    await images.nth(n).scrollIntoViewIfNeeded();
    await images.nth(n).evaluate((image) => image.decode());
    assert.ok(await images.nth(n).evaluate((image) => image.naturalWidth) > 400, `item ${slot}, page ${n + 1} is drawn`);
  }
  return count;
}

/**
 * Goes through all materials from the first one on, as the page itself leads. `wanting` names verdict, reason and
 * note of those that are not complete; `each` looks at every page before its verdict.
 */
export async function judgeAll(page, base, { wanting = {}, each } = {}) {
  await page.goto(`${base}/materials/1`);
  const judged = [];
  while (page.url().includes('/materials/')) {
    const slot = page.url().split('/').pop();
    assert.ok(!judged.includes(slot), `item ${slot} comes up twice`);
    if (each) await each(slot);
    const bad = wanting[slot];
    await page.locator(`input[name=verdict][value=${bad?.verdict ?? 'complete'}]`).check();
    if (bad) {
      for (const reason of bad.reasons) await page.locator(`input[name=reasons][value=${reason}]`).check();
      await page.locator('#note').fill(bad.note ?? '');
      if (bad.page) await page.locator('#page').fill(String(bad.page));
    }
    await press(page, '保存，看下一项');
    judged.push(slot);
  }
  return judged;
}
