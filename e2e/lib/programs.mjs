// What an administrator keeps for programs.

/** Registers an address of the demonstration itself to be called; gives the path of its page. */
export async function called(page, base) {
  await page.goto('/body/webhooks');
  await page.locator('#url').fill(`http://localhost:${new URL(base).port}/no-such-receiver`);
  await Promise.all([page.waitForEvent('load'), page.locator('main form').last().locator('button[type=submit]').click()]);
  await page.goto('/body/webhooks');
  const hrefs = await page.locator('main table a[href]').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  return hrefs[0];
}
