// The first job of the service from end to end: a body registers, prepares, submits; two authorities review; the
// head decides; the public reads it; the body gets its notice; the record verifies, and shows one changed byte.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { close, download, missing, open, quit } from '../lib/browser.mjs';
import { clear, daysAgo, printAndScan, register, saveForm, state, upload } from '../lib/filing.mjs';
import { damage, verify } from '../lib/ledger.mjs';
import { look, press, said } from '../lib/look.mjs';
import { judgeAll, openCase, pagesAreDrawn } from '../lib/office.mjs';
import { file, paper, textOf, zip } from '../lib/paper.mjs';
import { creditCode, giveCode, signIn } from '../lib/people.mjs';
import { demo } from '../lib/server.mjs';
import { steps } from '../lib/steps.mjs';

const name = '示例远舟认证有限公司（虚构）';
const code = creditCode('91330100MA2Y00018');
const password = '渡口 铜镜 山药 九月 示例 远处的船';
const people = [['示例甲', 'EX0000001'], ['示例乙', 'EX0000002'], ['示例䶮', 'EX0000003']];
const form = {
  org_name: name, credit_code: code, legal_rep: '示例法定代表人', nature: 'other', nature_other: '民办非企业单位（示例）',
  founded: '2015年6月1日', capital: '1200', address: '示例市示例区示例路8号', postcode: '100000',
  approval_number: 'CNCA-R-2099-008', approval_date: daysAgo(40), approval_until: daysAgo(-700), staff: '3',
  operator: '示例钱经办', operator_phone: '010-00000008',
  scope: '示例：数据安全管理认证、个人信息保护认证。\n本段为演示内容，机构和业务均为虚构。',
};

describe('filing', { skip: missing }, () => {
  const step = steps();
  let server;
  let body;
  let officer;
  let reviewer;
  let base;
  let number;
  const shown = (page, title) => look(page, `filing/${title}`);
  before(async () => {
    server = await demo({ bare: true });
    body = await open({ base: server.base, width: 1440 });
    officer = await open({ base: server.base, width: 1440 });
  });
  after(async () => { await quit(); await server?.stop(); });

  step('a body registers with its scans and signs in at once', async () => {
    await body.goto('/register');
    await shown(body, '01-register');
    await register(body, {
      org_name: name, credit_code: `${code.slice(0, 17)}${code[17] === '0' ? '1' : '0'}`, legal_rep: form.legal_rep, address: form.address,
      operator: form.operator, phone: form.operator_phone, mail: 'yuanzhou@example.invalid', login: 'yuanzhou',
    }, password);
    assert.match(await said(body), /校验位对不上/, 'a wrong character is found before anything is stored');
    await shown(body, '02-register-error');
    await register(body, { credit_code: code }, password, { scans: false });
    assert.match(body.url(), /\/register\/done$/, await said(body));
    await shown(body, '03-register-done');
    await signIn(body, server, 'yuanzhou', { password });
    assert.match(await said(body), /正在等待确认/);
    await shown(body, '04-body-waiting');
  });

  step('the authority compares the scans and confirms the registration', async () => {
    await signIn(officer, server, 'chenmin');
    await officer.goto('/authority/inbox');
    await press(officer, new RegExp(name));
    await shown(officer, '05-registration-message');
    await press(officer, '核对注册');
    await shown(officer, '06-registrations');
    await press(officer, name);
    const scan = await download(officer, () => officer.locator('main').getByRole('link', { name: '经办人身份证件' }).click());
    assert.match(textOf(scan), /证件影印件/);
    await shown(officer, '07-registration');
    await press(officer, '确认注册');
    assert.match(await said(officer), /已确认/);
    await body.goto('/body/inbox');
    await press(body, /注册/);
    await shown(body, '08-registration-confirmed');
  });

  step('the form takes every field, says what is wrong and keeps what was typed', async () => {
    await body.goto('/body');
    await press(body, '开始备案');
    base = new URL(body.url()).pathname;
    await shown(body, '09-draft');
    await saveForm(body, base, { ...form, postcode: '10000', approval_until: daysAgo(3), staff: '三' });
    const text = await said(body);
    for (const wrong of [/邮编是6位数字/, /批准书在今天之前已经到期/, /从事认证人员数量填大于0的整数/]) assert.match(text, wrong);
    assert.equal(await body.locator('#staff').inputValue(), '三');
    await shown(body, '10-form-error');
    await saveForm(body, base, form);
    assert.match(body.url(), /\/print$/, await said(body));
    await body.goto(`${base}/form`);
    for (const [id, value] of Object.entries({ ...form, founded: '2015-06-01' })) {
      const field = id === 'nature' ? body.locator('input[name=nature]:checked') : body.locator(`main [name=${id}]`);
      assert.equal(await field.inputValue(), value, id);
    }
    await body.locator('#late_note').pressSequentially('示例：批准书送达较晚。');
    await body.getByText(/\d\d:\d\d 已保存/).waitFor();
    await shown(body, '11-form');
    await body.goto(base);
    assert.match(await said(body), /已写说明，审核人员会看到/);
    await press(body, '这个日期怎么算的');
    await shown(body, '12-deadline');
  });

  step('the roster names every wrong cell, then takes the table; sheets find their people', async () => {
    await body.goto(`${base}/roster`);
    await shown(body, '13-roster-empty');
    const table = (rows) => file('名册.csv', Buffer.from(`\ufeff姓名,证件类型,证件号码,岗位\n${rows.join('\n')}\n`), 'text/csv');
    const rows = people.map(([who, id]) => `${who},护照,${id},审核员`);
    await body.locator('input[type=file][name=table]').setInputFiles(table([rows[0], '示例乙,居民身份证,11010119900307,审核员', rows[2]]));
    await press(body, '导入', { exact: true });
    assert.match(await said(body), /C3[\s\S]*18位，现在是14位/);
    await shown(body, '14-roster-cell');
    await body.locator('input[type=file][name=table]').setInputFiles(table(rows));
    await press(body, '导入', { exact: true });
    assert.match(await said(body), /已导入3人/);
    const book = await download(body, () => body.locator('main').getByRole('link', { name: '导出名册' }).click());
    await body.locator('input[type=file][name=table]').setInputFiles(file('人员名册.xlsx', book, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'));
    await press(body, '导入', { exact: true });
    assert.match(await said(body), /已导入3人[\s\S]*示例䶮/);
    const sheets = [];
    for (const [who] of people) sheets.push(file(who === '示例乙' ? '3-扫描003.pdf' : `3-${who}.pdf`, await paper(`人员背景审查表　${who}`)));
    await body.locator('input[type=file][name=sheets]').setInputFiles(sheets);
    await press(body, '上传并核对');
    assert.match(await said(body), /没有找到名册上的姓名/);
    await shown(body, '15-sheets');
    await body.locator('tr.is-bad select').selectOption({ label: '示例乙' });
    await press(body, '确认归入');
    assert.match(await said(body), /名册3人，背景审查表3份/);
    await upload(body, base, '3', '3-审查说明.pdf', await paper('人员安全背景审查说明'));
    assert.equal(await state(body, base, '3'), '已上传');
    await body.goto(`${base}/roster`);
    await shown(body, '16-roster');
  });

  step('thirteen slots are filled one by one and as a set', async () => {
    for (const [slot, title] of [['1.1', '认证机构批准书'], ['1.2', '统一社会信用代码证书'], ['1.3', '法定代表人身份证件'], ['1.4', '经办人身份证件']]) {
      await upload(body, base, slot, `${slot}-${title}.pdf`, await paper(`${title}（影印件）`, ['正面'], ['反面']));
    }
    await shown(body, '17-material');
    const set = [];
    for (const [slot, title] of [['2', '近三年专业工作'], ['4', '认证实施细则'], ['5', '工作计划'], ['6', '风险防范机制'], ['7', '持续监督机制']]) {
      set.push([`${slot}-${title}.pdf`, await paper(title, ['示例内容（虚构）。'])]);
    }
    set.push(['投诉.pdf', await paper('投诉受理和争议解决机制', ['示例内容（虚构）。'])], ['说明.txt', Buffer.from('不是材料')]);
    await body.goto(`${base}/batch`);
    await shown(body, '18-batch');
    await body.locator('input[type=file][name=set]').setInputFiles(file('整套材料.zip', zip(set), 'application/zip'));
    await press(body, '上传并归类');
    await shown(body, '19-batch-table');
    assert.match(await said(body), /说明\.txt/, 'what is not taken is told');
    await body.locator('tr', { hasText: '投诉.pdf' }).locator('select').selectOption('8');
    await press(body, '确认归入');
    for (const slot of ['1.1', '1.2', '1.3', '1.4', '2', '3', '4', '5', '6', '7', '8']) assert.equal(await state(body, base, slot), '已上传', `item ${slot}`);
    await body.goto(`${base}/materials/9`);
    await press(body, '无其他材料');
    await shown(body, '20-nothing-further');
  });

  step('the sealed scan is read; a print that is older than the form is refused with the reason', async () => {
    const printed = await printAndScan(body, base);
    const text = textOf(printed);
    for (const part of [name, code, form.approval_number, '示例钱经办', '民办非企业单位（示例）']) assert.ok(text.includes(part.replace(/\s/g, '')), part);
    assert.equal(await state(body, base, '1'), '已上传', 'the code on the scan was read and fits');
    await saveForm(body, base, { capital: '1500' });
    await body.goto(`${base}/check`);
    assert.match(await said(body), /扫描件打印之后，表里又改过“注册资本”/);
    await shown(body, '21-check-refuses');
    await body.goto(`${base}/submit`);
    assert.match(body.url(), /\/check$/, 'there is no way round the self-check');
    await body.goto(`${base}/print`);
    await shown(body, '22-print-stale');
    await clear(body, base, '1');
    await printAndScan(body, base);
    await body.goto(`${base}/check`);
    assert.match(await said(body), /没有发现缺项/);
    await shown(body, '23-check-complete');
  });

  step('answers are checked, the pledge is given, and two clicks are one submission', async () => {
    await press(body, '核对并提交');
    await press(body, '提交备案');
    assert.match(await said(body), /提交前要作出承诺/);
    await shown(body, '24-pledge-missing');
    await body.goto(`${base}/submit`);
    await body.locator('#pledge').check();
    const sent = [];
    body.on('request', (request) => { if (request.method() === 'POST' && request.url().endsWith('/submit')) sent.push(request.url()); });
    await Promise.all([body.waitForURL('**/receipt'), body.evaluate(() => { const button = document.querySelector('form.reg-submit button[type=submit]'); button.click(); button.form.requestSubmit(); })]);
    await body.waitForLoadState();
    await shown(body, '25-receipt');
    number = (await said(body)).match(/备申〔\d{4}〕\d{3}号/)[0];
    await body.goBack();
    await body.waitForLoadState();
    assert.match(await said(body), /这件备案已经提交，材料不能再改/, 'the back button leads to where it stands');
    assert.ok(sent.length >= 1, 'the form was sent');
    await body.goto('/body/filings');
    assert.equal(await body.locator('main tbody tr').count(), 1, 'one filing');
    assert.match(await said(body), new RegExp(`${number}[\\s\\S]*审核中`));
    await shown(body, '26-filings');
    await body.goto(`${base}/receipt`);
    const receipt = textOf(await download(body, () => body.locator('main').getByRole('link', { name: '下载回执（PDF）' }).click()));
    const digest = (await body.locator('.reg-digest').first().innerText()).replace(/\s/g, '');
    for (const part of [number, name, digest]) assert.ok(receipt.includes(part.replace(/\s/g, '')), part);
    await body.goto(base);
    await shown(body, '27-under-review');
  });

  step('an officer takes the case, sees every page and judges every material', async () => {
    await officer.goto('/authority/filings');
    await shown(officer, '28-queue');
    base = await openCase(officer, name);
    assert.match(await said(officer), new RegExp(number));
    await press(officer, '领办');
    await shown(officer, '29-case');
    const judged = await judgeAll(officer, base, {
      each: async (slot) => {
        const pages = await pagesAreDrawn(officer, slot);
        if (slot.startsWith('1.')) assert.equal(pages, 2, `both sides of item ${slot}`);
        if (['1', '1.4', '3'].includes(slot)) await shown(officer, `30-material-${slot}`);
      },
    });
    assert.deepEqual(judged, ['1', '1.1', '1.2', '1.3', '1.4', '2', '3', '4', '5', '6', '7', '8']);
    assert.match(await said(officer), /已核 12\/12/);
    await officer.goto(`${base}/notice`);
    assert.match(await said(officer), /还没有送会同审核|还没有反馈会同意见/, 'no proposal before the joint opinion');
    await shown(officer, '31-notice-too-early');
    await officer.goto(base);
    await press(officer, '送会同意见');
    assert.match(await said(officer), /已送国家数据管理部门/);
  });

  step('the data authority gives its opinion', async () => {
    reviewer = await open({ base: server.base, width: 1440 });
    await signIn(reviewer, server, 'linshu');
    await reviewer.goto('/authority/inbox');
    await press(reviewer, new RegExp(`请会同审核：${name}`));
    await press(reviewer, '打开案件');
    await reviewer.goto(`${base}/materials/8`);
    await pagesAreDrawn(reviewer, '8');
    assert.equal(await reviewer.locator('input[name=verdict]').count(), 0, 'verdicts are the handler\'s');
    await reviewer.goto(base);
    await press(reviewer, '填写会同意见');
    await press(reviewer, '签名并提交');
    assert.match(await said(reviewer), /选一个结论/);
    await shown(reviewer, '32-opinion');
    await reviewer.locator('input[name=opinion][value=complete]').check();
    await reviewer.locator('#note').fill('同意。');
    await press(reviewer, '签名并提交');
    assert.match(await said(reviewer), /意见已签名/);
    await shown(reviewer, '33-case-of-the-reviewer');
    const sheet = textOf(await download(reviewer, () => reviewer.locator('main').getByRole('link', { name: '意见表（PDF）' }).click()));
    assert.match(sheet, /材料齐全/);
    await close(reviewer);
  });

  step('the handler proposes and cannot decide; the head decides', async () => {
    await officer.goto(`${base}/notice`);
    await shown(officer, '34-notice-draft');
    const draft = textOf(await download(officer, () => officer.locator('main').getByRole('link', { name: '草稿PDF' }).click()));
    assert.ok(draft.includes(name) && !/备案编号PIEC-F\d/.test(draft), 'a draft without number');
    await press(officer, '送处室负责人审定');
    assert.match(await said(officer), /等待处室负责人审定/);
    await officer.goto(`${base}/notice`);
    assert.equal(await officer.getByRole('button', { name: '予以备案并公示' }).count(), 0, 'no button for the handler');
    const answer = await officer.evaluate(async (address) => {
      const sent = await fetch(address, { method: 'POST', body: new URLSearchParams({ checked: 'yes' }) });
      return [sent.status, await sent.text()];
    }, `${base}/notice/decide`);
    assert.equal(answer[0], 403, 'nor by a request of their own making');
    assert.match(answer[1], /没有权限|不能办理/);
    const head = await open({ base: server.base, width: 1440 });
    await signIn(head, server, 'hechuan');
    await openCase(head, name);
    await press(head, '审定');
    await press(head, '予以备案并公示');
    assert.match(await said(head), /请确认已经核对/);
    await shown(head, '35-decide');
    await head.locator('#checked').check();
    await press(head, '予以备案并公示');
    if (/\/sign-in\/again/.test(head.url())) {
      await giveCode(head, server);
      await head.locator('#checked').check();
      await press(head, '予以备案并公示');
    }
    assert.match(await said(head), /已备案并公示/);
    await shown(head, '36-decided');
    await close(head);
  });

  step('the public finds the body, people and machines alike', async () => {
    const anyone = await open({ base: server.base, width: 390 });
    await anyone.goto('/bodies');
    await anyone.locator('#q').fill('远舟');
    await press(anyone, '查询');
    await shown(anyone, '37-bodies');
    const list = await (await anyone.request.get('/bodies.json')).json();
    const entry = JSON.stringify(list);
    assert.ok(entry.includes(name) && entry.includes(code), entry);
    await press(anyone, name);
    assert.match(await said(anyone), /已备案/);
    await shown(anyone, '38-body');
    await anyone.goto('/publications');
    await press(anyone, new RegExp(name));
    assert.match(await said(anyone), /予以备案，现予公示/);
    await shown(anyone, '39-publication');
    await close(anyone);
  });

  step('the notice is in the inbox and is a PDF', async () => {
    await body.goto('/body/inbox');
    await shown(body, '40-inbox');
    await press(body, /予以备案并公示/);
    await shown(body, '41-message');
    const notice = textOf(await download(body, () => body.locator('main a.pi-button').click()));
    for (const part of [name, number]) assert.ok(notice.includes(part), part);
    await press(body, '打开案件');
    assert.match(await said(body), /已备案并公示/);
    await shown(body, '42-filed');
    await close(body);
    await close(officer);
  });

  step('the record verifies, and one changed byte is named', async () => {
    await server.halt();
    const whole = verify(server.data);
    assert.equal(whole.code, 0, whole.text);
    assert.match(whole.text, /differences: 0/);
    assert.ok(whole.report.cases === 1 && whole.report.rows > 50, whole.text);
    const { caseId, seq } = damage(server.data);
    const broken = verify(server.data);
    assert.equal(broken.code, 1, broken.text);
    assert.match(broken.text, new RegExp(`event ${caseId}.*${seq}`), broken.text);
  });
});
