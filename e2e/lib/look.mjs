// A page as a person meets it: no sideways scrolling, no violations of axe, a picture.
import { shot } from './browser.mjs';
import { axe, fits } from './checks.mjs';

/** Checks the page that is open and keeps its picture as `out/NAME.png`. */
export async function look(page, name) {
  await fits(page, name);
  // Where script is off, axe cannot run either.
  if (page.script) await axe(page, name);
  await shot(page, name);
}

/** The text of the page's main part. */
export const said = (page) => page.locator('main').innerText();

/** Presses a button or link of the main part and waits for the page that comes. */
export async function press(page, name, { exact = false } = {}) {
  const main = page.locator('main');
  // A document may be called as the act is, and so may the field that takes it.
  const button = main.getByRole('button', { name, exact }).and(page.locator(':not([type=button])'));
  const target = (await button.count()) > 0 ? button.first() : main.getByRole('link', { name, exact }).first();
  await Promise.all([page.waitForEvent('load', { timeout: 20000 }), target.click()]);
}
