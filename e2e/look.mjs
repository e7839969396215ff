// Pictures of the main pages, in Chinese and English, at 1440 and 390 px, to be looked at by people:
//   GUOSUO_BIN=… npm run look              all pages, to out/look/
//   GUOSUO_BIN=… npm run look -- form case pages whose name contains one of the words
//   GUOSUO_BIN=… npm run look -- --print …     the same pages as a printer would get them, two PDFs each
// Each page is one picture for each width, Chinese on the left and English on the right.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { blank, missing, open, quit } from './lib/browser.mjs';
import { clear, printAndScan } from './lib/filing.mjs';
import { press } from './lib/look.mjs';
import { file, paper, zip } from './lib/paper.mjs';
import { signIn } from './lib/people.mjs';
import { called } from './lib/programs.mjs';
import { demo } from './lib/server.mjs';

const out = path.join(path.dirname(fileURLToPath(import.meta.url)), 'out/look');
const words = process.argv.slice(2).filter((word) => word !== '--print');
const print = process.argv.includes('--print');

/** The address of the first link of the main part whose address fits; the page is opened before. */
const first = (where, pattern) => async (page) => {
  await page.goto(where);
  const links = await page.locator('main a[href]').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  const found = links.find((href) => pattern.test(href.split(/[?#]/)[0]));
  if (!found) throw new Error(`${where} has no link that fits ${pattern}`);
  return found;
};
const then = (start, rest) => async (page) => (await start(page)) + rest;
const id = '[0-9a-f]{32}';
const draft = first('/body/filings', new RegExp(`^/body/filings/${id}$`));
const application = (query) => first(`/body/applications?${query}`, new RegExp(`^/body/applications/${id}$`));
const certificate = (query) => first(`/body/certificates?${query}`, new RegExp(`^/body/certificates/${id}$`));
const assessment = (text) => async (page) => {
  await page.goto('/processor/assessments');
  const row = page.locator('tr', { has: page.getByText(text, { exact: true }) }).first();
  return row.locator('a').first().getAttribute('href');
};
const frozen = assessment('已定稿');
const writing = assessment('暂存件');
const caseOf = (query) => first(`/authority/filings?q=${encodeURIComponent(query)}`, new RegExp(`^/authority/filings/${id}$`));

/** Sends files by the form of a page and stays on what comes. */
const sent = (start, rest, field, files, button) => async (page, prefix) => {
  const at = await start(page);
  await page.goto(prefix + at + rest);
  await page.locator(`input[type=file][name=${field}]`).setInputFiles(await files());
  const form = page.locator('form', { has: page.locator(`input[type=file][name=${field}]`) });
  await Promise.all([page.waitForEvent('load'), form.locator('button[type=submit]').last().click()]);
  return null;
};
const set = async () => [file('set.zip', zip([['1.4-经办人身份证.pdf', await paper('经办人身份证件')], ['投诉.pdf', await paper('投诉')], ['说明.txt', Buffer.from('x')]]), 'application/zip')];
const sheets = async () => [file('3-示例甲.pdf', await paper('背景审查表')), file('扫描.pdf', await paper('背景审查表'))];
const table = () => [file('roster.csv', Buffer.from('\ufeff姓名,证件类型,证件号码,岗位\n示例甲,居民身份证,1101,审核员\n,驾照,E1,审核员\n'), 'text/csv')];

/** The comparison with a list on which a certificate is missing. */
const compared = async (page) => {
  await page.goto('/body/reports/comparison');
  await page.locator('textarea[name=list]').fill('certificate,holder,status,valid_until\n');
  await Promise.all([page.waitForEvent('load'), page.locator('form', { has: page.locator('textarea[name=list]') }).locator('button[type=submit]').last().click()]);
  return '/body/reports/comparison';
};
/** The shared feed behind its ground. */
const looked = async (page, prefix) => {
  await page.goto(`${prefix}/authority/reports`);
  await page.locator('input[name=ground][value=supervision]').check();
  await Promise.all([page.waitForEvent('load'), page.locator('main form button[type=submit]').last().click()]);
  return null;
};

/** A token that was just made, or was not. */
const token = (fields) => async (page, prefix) => {
  await page.goto(`${prefix}/body/tokens`);
  await page.locator('#name').fill(fields.name);
  for (const scope of fields.scopes) await page.locator(`input[name=scopes][value="${scope}"]`).check();
  await Promise.all([page.waitForEvent('load'), page.locator('main form').last().locator('button[type=submit]').click()]);
  return null;
};
const made = Object.assign(token({ name: '示例认证业务系统（虚构）', scopes: ['cases:read', 'cases:act', 'changes:read'] }), { wrong: token({ name: '', scopes: [] }) });

/** who: [name, address or way to it]. */
const rooms = {
  anyone: [
    ['home', '/'], ['bodies', '/bodies'], ['bodies-past', '/bodies?as_of=2020-01-01'], ['bodies-bad-day', '/bodies?as_of=yesterday'],
    ['body', first('/bodies', /^\/bodies\/[^.]+$/)], ['publications', '/publications'], ['publication', first('/publications', /^\/publications\/[^.]+$/)],
    ['guide', '/guide/filing'], ['log', '/log'], ['certificates', '/certificates'], ['certificate-suspended', first('/certificates?status=suspended', /^\/certificates\/[^.?]+$/)], ['certificate-early', then(first('/certificates?status=revoked', /^\/certificates\/[^.?]+$/), '?as_of=2020-01-01')], ['register', '/register'], ['register-done', '/register/done'], ['sign-in', '/sign-in'],
    ['help', '/help'], ['contact', '/contact'], ['about', '/about'], ['privacy', '/privacy'], ['accessibility', '/accessibility'], ['sitemap', '/sitemap'], ['programs-api', '/api'],
    ['error-401', '/body'], ['error-404', '/no-such-page'], ['error-405', '/sign-out'],
  ],
  qiheng: [
    ['body-home', '/body'], ['draft', draft], ['form', then(draft, '/form')], ['print', then(draft, '/print')], ['material-8', then(draft, '/materials/8')],
    ['material-1.4', then(draft, '/materials/1.4')], ['material-3', then(draft, '/materials/3')], ['material-9', then(draft, '/materials/9')],
    ['roster', then(draft, '/roster')], ['roster-cells', sent(draft, '/roster', 'table', table)], ['sheets-confirm', sent(draft, '/roster', 'sheets', sheets)],
    ['batch', then(draft, '/batch')], ['batch-confirm', sent(draft, '/batch', 'set', set)], ['check', then(draft, '/check')], ['withdraw-draft', then(draft, '/withdraw')],
    ['deadline', then(draft, '/deadline/file')], ['account', '/account'], ['account-factor', '/account/factor'], ['account-password', '/account/password'],
    ['members', '/body/members'], ['member', first('/body/members', new RegExp(`^/body/members/${id}$`))], ['organisation', '/body/organisation'],
    ['inbox-empty', '/body/inbox'], ['error-403', '/authority/filings'],
  ],
  nanhu: [
    ['refused', (page) => page.earlier], ['inbox', '/body/inbox'], ['message', first('/body/inbox', /^\/body\/inbox\/.+/)], ['receipt', (page) => `${page.earlier}/receipt`],
    ['diff', (page) => `${page.anew}/diff`], ['submit', (page) => `${page.anew}/submit`], ['print-done', (page) => `${page.anew}/print`], ['draft-copy', (page) => page.anew],
  ],
  yunxiu: [['under-review', draft], ['withdraw', then(draft, '/withdraw')]],
  donghu: [
    ['filed', draft], ['programs-tokens', '/body/tokens'], ['programs-token-made', made], ['programs-token-errors', made.wrong], ['programs-webhooks', '/body/webhooks'],
    ['programs-webhook', first('/body/webhooks', new RegExp(`^/body/webhooks/${id}$`))],
  ],
  chenmin: [
    ['desk', '/authority'], ['queue', '/authority/filings'], ['queue-nothing', '/authority/filings?q=zzz'], ['filters', '/authority/filings/filters?tab=mine'],
    ['case', caseOf('示例南屏')], ['case-received', caseOf('示例望岳')], ['case-disputed', caseOf('示例衡门')], ['review-1', then(caseOf('示例金梭'), '/materials/1')], ['review-3', then(caseOf('示例金梭'), '/materials/3')],
    ['notice-draft', then(caseOf('示例鹿鸣'), '/notice')], ['registrations', '/authority/registrations'], ['registration', first('/authority/registrations', /registrations\/.+/)],
    ['authority-bodies', '/authority/bodies'], ['authority-body', first('/authority/bodies', /authority\/bodies\/.+/)], ['stats', '/authority/stats'],
    ['splitting-authority', '/authority/splitting'],
    ['authority-inbox', '/authority/inbox'], ['authority-message', first('/authority/inbox', /inbox\/.+/)], ['calendar-feed', '/authority/calendar'],
    ['original', async (page) => first(await then(caseOf('示例金梭'), '/materials/1')(page), /\/original$/)(page)],
  ],
  linshu: [['opinion', then(caseOf('示例北辰'), '/opinion')], ['nda-queue', '/authority/filings']],
  hechuan: [['decide-refusal', then(caseOf('示例云岫'), '/notice')], ['decide-filing', then(caseOf('示例澄海'), '/notice')]],
  lvxing: [
    ['assessments', '/processor/assessments'], ['assessment-frozen', frozen], ['assessment-draft', writing], ['assessment-freeze', then(writing, '/freeze')],
    ['assessment-facts', then(writing, '/edit/facts')], ['assessment-risks', then(writing, '/edit/risks')], ['assessment-opinions', then(writing, '/edit/opinions')],
    ['assessment-evidence', then(writing, '/evidence')], ['exports-ledger', '/processor/ledger'], ['exports-flow', '/processor/ledger/flows/1'],
    ['exports-notices', '/processor/notices'], ['exports-notice', '/processor/notices/1'], ['exports-consents', '/processor/consents/1'],
  ],
  samr: [['samr-desk', '/authority']],
  qianguan: [
    ['splitting-body', '/body/splitting'],
    ['bench-queue', '/body/applications'], ['bench-gate', application('phase=entrusted')], ['bench-rectifying', application('phase=rectifying')],
    ['bench-accepted', application('phase=accepted')], ['bench-plan', then(application('phase=accepted'), '/plan')], ['bench-decline', then(application('phase=accepted'), '/acts/decline')],
    ['bench-issue', then(application('phase=decided'), '/issue')], ['bench-certified', application('tab=done&phase=certified')],
    ['bench-certificates', '/body/certificates'], ['bench-import', '/body/certificates/import'], ['bench-certificate', certificate('tab=findings')], ['bench-suspended', certificate('tab=suspended')],
    ['bench-propose', then(certificate('tab=findings'), '/acts/propose')],
    ['reports', '/body/reports'], ['reports-received', '/body/reports?tab=received'], ['report', first('/body/reports', new RegExp(`^/body/reports/${id}/\\d+$`))],
    ['programs-own', '/account/tokens'], ['reports-receipts', '/body/reports/receipts'], ['reports-comparison', compared], ['violation', then(certificate('tab=suspended'), '/violation')],
  ],
  shenhe: [['bench-audit', then(application('phase=verified'), '/audit')], ['bench-judge', then(application('phase=rectifying'), '/acts/review-correction')]],
  zhengjue: [['bench-sign', then(application('phase=evaluated'), '/acts/sign')]],
  fengyan: [['bench-lab', '/verification/applications'], ['bench-lab-case', first('/verification/applications?tab=done', new RegExp(`^/verification/applications/${id}$`))]],
  linyuan: [['bench-corrections', async (page) => `${(await page.rectifying).replace('/body/', '/processor/')}/corrections`]],
  jiandu: [['shared', '/authority/reports'], ['shared-feed', looked], ['violations', '/authority/violations'], ['bench-supervise', '/authority/certificates'], ['bench-supervised', first('/authority/certificates?tab=findings', new RegExp(`^/authority/certificates/${id}$`))], ['bench-finding', then(first('/authority/certificates', new RegExp(`^/authority/certificates/${id}$`)), '/acts/state-finding')]],
  sysadmin: [['system', '/admin/system'], ['holidays', '/admin/calendar'], ['admin-home', '/admin']],
  secadmin: [['staff', '/admin/staff'], ['staff-one', first('/admin/staff', new RegExp(`^/admin/staff/${id}$`))]],
  auditor: [['ledger', '/admin/ledger'], ['ledger-row', first('/admin/ledger', /ledger\/\d+/)]],
};

async function prepare(page, who) {
  if (who === 'linyuan') {
    // The applicant's own list is another room; the address comes from the body's.
    const body = await open({ base: server.base, width: 1440 });
    await signIn(body, server, 'qianguan');
    page.rectifying = await application('phase=rectifying')(body);
    await body.context().close();
  }
  if (who === 'donghu') await called(page, server.base);
  if (who === 'nanhu') {
    page.earlier = await draft(page);
    await page.goto(page.earlier);
    await press(page, '从这一次复制，重新备案');
    page.anew = new URL(page.url()).pathname;
    await clear(page, page.anew, '1');
    await printAndScan(page, page.anew);
    await page.goto(`${page.anew}/materials/8`);
    await press(page, /^移除/);
    await page.locator('input[type=file][name=files]').setInputFiles(file('8-投诉受理（更新）.pdf', await paper('投诉受理')));
    await page.locator('.reg-files').getByRole('link', { name: '更新' }).waitFor();
  }
}

async function joined(name, left, right, width) {
  const page = await blank();
  const image = (data) => `<img style="vertical-align:top;width:${width}px" src="data:image/png;base64,${data.toString('base64')}">`;
  await page.setViewportSize({ width: 2 * width + 20, height: 400 });
  await page.setContent(`<body style="margin:0;background:#888;white-space:nowrap">${image(left)}<span style="display:inline-block;width:20px"></span>${image(right)}`);
  await page.screenshot({ path: path.join(out, `${name}-${width}.png`), fullPage: true });
  await page.context().close();
}

if (missing) throw new Error(missing);
fs.mkdirSync(out, { recursive: true });
const server = await demo();
let count = 0;
try {
  for (const [who, pages] of Object.entries(rooms)) {
    const wanted = pages.filter(([name]) => words.length === 0 || words.some((word) => name.includes(word)));
    if (wanted.length === 0) continue;
    const page = await open({ base: server.base, width: 1440 });
    if (who !== 'anyone') await signIn(page, server, who);
    await prepare(page, who);
    for (const [name, way] of wanted) {
      for (const width of print ? [1440] : [1440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        const pair = [];
        for (const prefix of ['', '/en']) {
          try {
            const at = typeof way === 'string' ? way : await way(page, prefix);
            if (at !== null) await page.goto(prefix + at);
            await page.locator('.reg-viewer__pages img').evaluateAll((all) => Promise.all(all.map((image) => { image.loading = 'eager'; return image.decode().catch(() => null); })));
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            if (wide > 0) console.log(`${prefix}${at ?? name} at ${width} px scrolls sideways by ${wide} px`);
          } catch (error) { console.log(`${name}: ${error.message.split('\n')[0]}`); }
          if (print) await page.pdf({ path: path.join(out, `${name}${prefix.replace('/', '-')}.pdf`), format: 'A4', printBackground: false });
          else pair.push(await page.screenshot({ fullPage: true }));
        }
        if (!print) await joined(name, ...pair, width);
        count += 1;
      }
    }
    for (const fault of page.faults) console.log(`${who}: ${fault}`);
    await page.context().close();
  }
} finally {
  await quit();
  await server.stop();
}
console.log(`${count} ${print ? 'printed pages' : 'pictures'} in ${out}`);
