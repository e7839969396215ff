// Steps of a certification after its entrustment, by the people of the demonstration: from the acceptance to the
// certificate, with a nonconformity where one is wanted.
import assert from 'node:assert/strict';
import { close, open } from './browser.mjs';
import { press, said } from './look.mjs';
import { file, paper } from './paper.mjs';
import { giveCode, signIn } from './people.mjs';

/** Somebody signs in, works, and leaves a page on which nothing was wrong. */
export const worker = (server) => async (login, work, { lang = 'zh', width = 1440 } = {}) => {
  const page = await open({ base: server.base, width });
  await signIn(page, server, login, { lang });
  const found = await work(page);
  await close(page);
  return found;
};

/** Enters the code where a signature wants a fresh one, and comes back to the page of the act. */
export async function sign(page, server, act) {
  await page.goto(act);
  const again = page.getByRole('link', { name: '先输入动态口令' });
  if (await again.count()) {
    await Promise.all([page.waitForEvent('load'), again.click()]);
    await giveCode(page, server);
    await page.goto(act);
  }
}

/** Attaches a paper to a field of an act. */
export async function attach(page, field, title) {
  await page.locator(`input[type=file][name=${field}]`).setInputFiles(file(`${title}.pdf`, await paper(title)));
}

const noInterest = async (page, base) => {
  await page.goto(`${base}/acts/declare-interest`);
  await page.locator('input[name=has][value=no]').check();
  await press(page, '声明利益关系');
};

const today = (server) => new Date(Date.now() + (server.shift ?? 0) + 8 * 3600e3).toISOString().slice(0, 10);

/** Accepted, planned, verified and audited; `wanting` with one minor nonconformity. `shown(page, title)` looks at pages. */
export async function untilAudited(server, id, { wanting = false, shown = async () => {} } = {}) {
  const as = worker(server);
  const base = `/body/applications/${id}`;
  for (const login of ['qianguan', 'zhoufu', 'shenhe', 'wuping', 'zhengjue', 'wangfu']) await as(login, (page) => noInterest(page, base));
  await as('qianguan', async (page) => {
    await page.goto(`${base}/acts/accept`);
    await press(page, '受理');
    await page.goto(`${base}/plan`);
    await page.locator('#kinds').fill('Name');
    await page.locator('#non_sensitive').fill('300000');
    await page.locator('#sensitive').fill('0');
    await page.locator('#processing').fill('示例：订单履行中的个人信息出境。');
    await page.locator('#verification_body').selectOption('guanlan');
    await page.locator('input[name=team]').first().check();
    await page.locator('#man_days').fill('6');
    for (const box of await page.locator('input[name=lists]').all()) await box.check();
    await shown(page, 'plan');
    await press(page, '确定方案');
    assert.match(await said(page), /技术验证/);
  });
  await as('fengyan', async (page) => {
    const lab = `/verification/applications/${id}`;
    await noInterest(page, lab);
    await page.goto(`${lab}/acts/sign-verification`);
    await attach(page, 'report', '技术验证报告');
    await page.locator('input[name=conforming][value=yes]').check();
    await shown(page, 'verification');
    await press(page, /技术验证/);
  });
  await as('zhoufu', async (page) => {
    await page.goto(`${base}/acts/check-verification`);
    await page.locator('input[name=take][value=yes]').check();
    await press(page, /复核/);
  });
  await as('shenhe', async (page) => {
    await page.goto(`${base}/acts/begin-audit`);
    await page.locator('#on').fill(today(server));
    await press(page, /审核/);
    await page.goto(`${base}/audit`);
    for (let n = 0; n < 200 && await page.locator('#now').count() > 0; n += 1) {
      const open = await page.locator('input[name=clause]').inputValue();
      const bad = wanting && n === 0;
      await page.locator(`input[name=grade][value=${bad ? 'minor' : 'conforming'}]`).check();
      await page.locator('#statement').fill(bad ? '示例：告知文本没有写明联系方式。' : '示例：查阅记录。');
      if (bad) await attach(page, 'evidence', '现场照片');
      if (n === 1) await shown(page, 'audit');
      await press(page, '保存，看下一条');
      const next = await page.locator('input[name=clause]').count() > 0 ? await page.locator('input[name=clause]').inputValue() : '';
      if (next === open) break;
      if (/(?<!\d)(\d+)\/\1(?!\d)/.test(await page.locator('.reg-titlebar').innerText())) break;
    }
    await page.goto(`${base}/acts/sign-audit`);
    await attach(page, 'report', '现场审核报告');
    await press(page, /审核/);
    assert.match(await said(page), wanting ? /一般不符合/ : /综合评价/);
  });
}

/** Evaluated, decided by two people, issued; answers the id of the certificate. */
export async function untilIssued(server, id, number, { shown = async () => {} } = {}) {
  const as = worker(server);
  const base = `/body/applications/${id}`;
  await as('wuping', async (page) => {
    await page.goto(`${base}/acts/evaluate`);
    await page.locator('input[name=recommends][value=certify]').check();
    await page.locator('#summary').fill('示例评价：符合认证要求。');
    await press(page, '综合评价');
  });
  await as('zhengjue', async (page) => {
    await sign(page, server, `${base}/acts/sign`);
    await page.locator('input[name=outcome][value=certify]').check();
    await page.locator('#reasons').fill('示例理由：证据充分。');
    await press(page, '签署认证决定');
  });
  await as('wangfu', async (page) => {
    await sign(page, server, `${base}/acts/countersign`);
    await page.locator('#checked').check();
    await press(page, '签发认证决定');
    assert.match(await said(page), /决定予以认证/);
  });
  return as('qianguan', async (page) => {
    await page.goto(`${base}/issue`);
    await page.locator('#number').fill(number);
    await page.locator('#mark').fill('SLDH');
    await page.locator('#checked').check();
    await press(page, '发证');
    assert.match(await said(page), new RegExp(number));
    await shown(page, 'issued');
    return new URL(page.url()).pathname.split('/').pop();
  });
}

/** The body proposes a measure, the head decides it. */
export async function measure(server, certificate, name, { origin, urgent } = {}) {
  const as = worker(server);
  await as('qianguan', async (page) => {
    await page.goto(`/body/certificates/${certificate}/acts/propose`);
    if (origin) await page.locator(`input[name=origin][value=${origin}]`).check();
    await page.locator(`input[name=measure][value=${name}]`).check();
    await page.locator('#ground').fill('示例理由。');
    await page.locator('#publication').fill(`示例公告：${name}。`);
    if (urgent) await page.locator('#urgent').fill(urgent);
    await press(page, '提出处理措施');
  });
  await as('wangfu', async (page) => {
    await sign(page, server, `/body/certificates/${certificate}/acts/take-measure`);
    await page.locator('#checked').check();
    await press(page, '决定处理措施');
  });
}
