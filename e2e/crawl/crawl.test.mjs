// Follows every link from each role's first page: each leads to a page, and every page passes axe, fits its width,
// breaks no policy and asks no other host. Ids are folded, so that one case of a kind stands for all.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { close, missing, open, quit, shot } from '../lib/browser.mjs';
import { axe, fits } from '../lib/checks.mjs';
import { signIn } from '../lib/people.mjs';
import { demo } from '../lib/server.mjs';

const most = 120;
const fold = (path) => path.replace(/[0-9a-f]{32}/g, 'ID').replace(/\/materials\/[\d.]+/, '/materials/N');
const quiet = /\/preferences|\/sign-out|\.(pdf|docx|zip|xlsx|csv|json|xml|ics|svg|png|jpg)$|\/original$|\/download$/;

describe('crawl', { skip: missing }, () => {
  let server;
  before(async () => { server = await demo(); });
  after(async () => { await quit(); await server?.stop(); });

  for (const who of [null, 'qiheng', 'yunxiu', 'chenmin', 'zhouyuan', 'hechuan', 'samr', 'sysadmin', 'secadmin', 'auditor']) {
    let state;
    let home;
    for (const [width, lang] of [[1440, 'zh'], [390, 'en']]) {
      test(`${who ?? 'anyone'} at ${width} px in ${lang}`, { timeout: 600_000 }, async () => {
        const page = await open({ base: server.base, width, state });
        const prefix = lang === 'en' ? '/en' : '';
        await page.goto(`${prefix}/`);
        if (who && !state) await signIn(page, server, who, { lang });
        else if (who) await page.goto(`${prefix}${home}`);
        state = await page.context().storageState();
        home = new URL(page.url()).pathname.replace(/^\/en/, '');
        const todo = [[new URL(page.url()).pathname, 'the first page']];
        const seen = new Set();
        const wrong = [];
        while (todo.length > 0 && seen.size < most) {
          const [path, from] = todo.shift();
          if (seen.has(fold(path))) continue;
          seen.add(fold(path));
          const answer = await page.goto(path).catch((error) => { if (/Download is starting/.test(error.message)) return null; throw error; });
          if (!answer) continue;
          if (answer.status() !== 200) { wrong.push(`${answer.status()} ${path}, linked from ${from}`); continue; }
          if (!(answer.headers()['content-type'] ?? '').startsWith('text/html')) continue;
          await shot(page, `crawl/${who ?? 'anyone'}${fold(path).replaceAll('/', '-')}-${width}-${lang}`);
          for (const check of [fits, axe]) await check(page, path).catch((error) => wrong.push(error.message));
          const links = await page.locator('a[href]:not([download])').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
          for (const link of links) {
            const next = link.split(/[?#]/)[0];
            // A front behind sign-in is only followed by those who belong there.
            const foreign = ['body', 'processor', 'verification', 'authority', 'admin'].some((front) => next.startsWith(`${prefix}/${front}`) && !from.includes(`/${front}`) && !path.includes(`/${front}`));
            if (next.startsWith('/') && next.startsWith(prefix) && (prefix || !next.startsWith('/en/')) && !quiet.test(next) && !foreign) todo.push([next, path]);
          }
        }
        assert.deepEqual(wrong, [], `${seen.size} pages`);
        await close(page);
      });
    }
  }
});
