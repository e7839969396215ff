// Papers for the journeys: pages printed by Chromium, a form sealed and scanned, a ZIP. Everything is fictitious.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { blank } from './browser.mjs';

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const style = '<style>@page{size:A4;margin:0}body{margin:0;font:16px/1.8 "Noto Serif CJK SC",serif}section{padding:30mm 25mm;break-after:page}h1{font-size:24px;text-align:center}img{width:210mm;height:297mm;display:block}.sheet{position:relative;height:296mm;overflow:hidden;break-after:page}.seal{position:absolute;left:110mm;top:190mm;width:42mm;height:42mm;border:1.2mm solid #c00;border-radius:50%;color:#c00;text-align:center;line-height:42mm;opacity:.8}</style>';

async function printed(body) {
  const page = await blank();
  await page.setContent(`<!doctype html><html lang="zh-CN"><meta charset="utf-8">${style}<body>${body}</body></html>`);
  const pdf = await page.pdf({ format: 'A4', printBackground: true, preferCSSPageSize: true });
  await page.context().close();
  return pdf;
}

/** A material as PDF: a title, and one page for each list of lines. */
export async function paper(title, ...pages) {
  const lists = pages.length > 0 ? pages : [['本页为演示用的虚构材料。']];
  return printed(lists.map((lines) => `<section><h1>${escape(title)}</h1>${lines.map((line) => `<p>${escape(line)}</p>`).join('')}</section>`).join(''));
}

/** What a scanner makes of a printed PDF that was sealed: images of its pages, a little askew, with a red seal. */
export async function scan(pdf, { dpi = 200 } = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'guosuo-scan-'));
  fs.writeFileSync(path.join(folder, 'form.pdf'), pdf);
  execFileSync('pdftoppm', ['-r', String(dpi), '-jpeg', path.join(folder, 'form.pdf'), path.join(folder, 'page')]);
  const images = fs.readdirSync(folder).filter((name) => name.endsWith('.jpg')).sort()
    .map((name) => fs.readFileSync(path.join(folder, name)).toString('base64'));
  fs.rmSync(folder, { recursive: true });
  const sheets = images.map((data, n) => `<div class="sheet"><img style="transform:rotate(${n % 2 ? -0.3 : 0.3}deg)" src="data:image/jpeg;base64,${data}">${n === images.length - 1 ? '<div class="seal">示例公章（虚构）</div>' : ''}</div>`);
  return printed(sheets.join(''));
}

/** The text of a PDF as `pdftotext` reads it, without blanks. */
export function textOf(pdf) {
  assert.equal(pdf.subarray(0, 5).toString('latin1'), '%PDF-', 'a PDF');
  return execFileSync('pdftotext', ['-', '-'], { input: pdf, maxBuffer: 1 << 26 }).toString().replace(/\s/g, '');
}

/** A file as `setInputFiles` takes it. */
export const file = (name, buffer, mimeType = 'application/pdf') => ({ name, mimeType, buffer });

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let n = 0; n < 8; n += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** A ZIP of files `[name, bytes]`, stored without compression. */
export function zip(files) {
  const parts = [];
  const index = [];
  let at = 0;
  for (const [name, bytes] of files) {
    const title = Buffer.from(name);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(0x0800, 2);
    head.writeUInt16LE(0x21, 8);
    head.writeUInt32LE(crc32(bytes), 10);
    head.writeUInt32LE(bytes.length, 14);
    head.writeUInt32LE(bytes.length, 18);
    head.writeUInt16LE(title.length, 22);
    const entry = Buffer.alloc(16);
    entry.writeUInt32LE(at, 12);
    parts.push(Buffer.from('PK\x03\x04'), head, title, bytes);
    index.push(Buffer.from('PK\x01\x02\x14\x00'), head, entry.subarray(2), title);
    at += 30 + title.length + bytes.length;
  }
  const size = index.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...index, end]);
}
