// What every page must pass: axe without violations, no sideways scrolling, visible focus.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';

const source = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Runs axe in an isolated world, so that the page keeps its content security policy. */
export async function axe(page, where = page.url()) {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');
  const world = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id, worldName: 'axe' });
  const run = async (expression) => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression, contextId: world.executionContextId, awaitPromise: true, returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  await run(`${source};0`);
  const options = JSON.stringify({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
  const found = JSON.parse(await run(`axe.run(document, ${options}).then((r) => JSON.stringify(
    r.violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.map((n) => n.html.slice(0, 160) + '  ' + (n.any[0]?.message ?? n.all[0]?.message ?? '')) }))))`));
  await session.detach();
  const told = found.map((v) => `${v.id}: ${v.help}\n    ${v.nodes.slice(0, 4).join('\n    ')}`).join('\n  ');
  assert.equal(found.length, 0, `axe on ${where}:\n  ${told}`);
}

/** The page itself must not scroll sideways; tables may, inside their own focusable region. */
export async function fits(page, where = page.url()) {
  const wide = await page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const names = [];
    for (const element of document.querySelectorAll('body *')) {
      const box = element.getBoundingClientRect();
      if (box.right > root.clientWidth + 1 && box.width > 0 && !element.closest('.reg-scroll')) names.push(`${element.tagName.toLowerCase()}.${element.className} to ${Math.round(box.right)}`);
    }
    return [`${root.scrollWidth} > ${root.clientWidth}`, ...names.slice(0, 5)];
  });
  assert.deepEqual(wide, [], `${where} scrolls sideways`);
}

/** Walks through the page by Tab: focus must always be somewhere visible, and leave the page in the end. */
export async function tabs(page, { most = 150 } = {}) {
  const seen = [];
  for (let n = 0; n < most; n += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      const shown = style.outlineStyle !== 'none' || style.boxShadow !== 'none' || style.backgroundColor === 'rgb(255, 213, 74)';
      const box = element.getBoundingClientRect();
      return { name: `${element.tagName} ${element.textContent.trim().slice(0, 30)}`, shown, size: box.width * box.height };
    });
    if (!at) break;
    assert.ok(at.size > 0, `focus on something invisible: ${at.name}`);
    assert.ok(at.shown, `no visible focus on ${at.name}`);
    seen.push(at.name);
  }
  assert.ok(seen.length > 0 && seen.length < most, `focus must leave the page, ${seen.length} stops`);
  return seen;
}
