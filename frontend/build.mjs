// Builds the style sheet, the script and the icon into UI_OUT (default: dist/), each with a content hash in its
// name and with brotli and gzip copies beside it. `manifest.tsv` lists them: name, hashed name, media type.
import * as sass from 'sass';
import { build, transformSync } from 'esbuild';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = process.env.UI_OUT || path.join(here, 'dist');
fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });

// Templates depend on our own class names only: the base's prefix never reaches a page.
const own = (text) => text.replaceAll('govuk-', 'pi-');

function style() {
  const css = sass.compile(path.join(here, 'scss/theme.scss'), {
    style: 'expanded',
    importers: [new sass.NodePackageImporter(here)],
    quietDeps: true,
  }).css;
  const code = transformSync(own(css), { loader: 'css', minify: true, target: ['chrome92', 'firefox91', 'safari14'] }).code;
  if (/url\(/.test(code)) throw new Error('the style sheet must not fetch anything: found url(');
  return code;
}

async function script() {
  const result = await build({
    entryPoints: [path.join(here, 'js/app.js')],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2020',
    legalComments: 'none',
    write: false,
  });
  const code = own(result.outputFiles[0].text);
  for (const sink of ['innerHTML', 'outerHTML', 'document.write', 'eval(', 'new Function']) {
    if (code.includes(sink)) throw new Error(`the script must not use ${sink}: Trusted Types forbids it`);
  }
  return code;
}

// What of other people's work the style sheet and the script contain, with the notice that its licence asks for (the
// package itself carries none).
function licences() {
  const { name, version, license, repository } = JSON.parse(
    fs.readFileSync(path.join(here, 'node_modules/govuk-frontend/package.json'), 'utf8'),
  );
  if (license !== 'MIT') throw new Error(`${name} ${version} is under ${license}: its notice must be written anew`);
  return `${name} ${version} (style sheet and script), ${repository.url}
MIT licence. Copyright (c) Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;
}

const files = [
  ['app.css', 'text/css; charset=utf-8', style()],
  ['app.js', 'text/javascript; charset=utf-8', await script()],
  ['licences.txt', 'text/plain; charset=utf-8', licences()],
  ['icon.svg', 'image/svg+xml', fs.readFileSync(path.join(here, 'icon.svg'), 'utf8').trim()],
];

const rows = files.map(([name, type, text]) => {
  const bytes = Buffer.from(text);
  const hash = crypto.createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  const hashed = name.replace('.', `-${hash}.`);
  const br = zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 } });
  const gz = zlib.gzipSync(bytes, { level: 9 });
  fs.writeFileSync(path.join(out, hashed), bytes);
  fs.writeFileSync(path.join(out, `${hashed}.br`), br);
  fs.writeFileSync(path.join(out, `${hashed}.gz`), gz);
  const kib = (n) => (n / 1024).toFixed(1);
  console.log(`${hashed}  ${kib(bytes.length)} KiB, gzip ${kib(gz.length)}, brotli ${kib(br.length)}`);
  return `${name}\t${hashed}\t${type}\n`;
});
fs.writeFileSync(path.join(out, 'manifest.tsv'), rows.join(''));
