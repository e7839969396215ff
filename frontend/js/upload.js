// Resumable upload: `<input type="file" data-upload="/…/uploads">`. Without script the form posts the file as usual.
//
//   POST  {address}        name, size, type, modified (urlencoded)  → 201 {"upload":"/…/uploads/ID","offset":0}
//   PATCH {upload}         Upload-Offset: N, Content-Digest: sha-256=:BASE64:, body ≤ 8 MiB → 200 {"offset":M}
//   GET   {upload}         → 200 {"offset":M}          (after a cut connection: the server's offset is the truth)
//   at the end             → 200 {"offset":SIZE,"done":true,"next":"/…"}: the page goes to `next`
//   refusals               → 4xx {"message":"…"} in the user's language, shown beside the file
//
// The words come from data-* of the input: data-sending, data-offline, data-resume, data-cancel.

const CHUNK = 8 * 1024 * 1024;
const BACKOFF_MS = [1000, 2000, 5000, 10000, 20000];

const wait = (ms) => new Promise((done) => { window.setTimeout(done, ms); });
const online = () => new Promise((done) => { navigator.onLine ? done() : window.addEventListener('online', done, { once: true }); });

async function digest(blob) {
  if (!window.crypto || !window.crypto.subtle) return null;
  const bytes = new Uint8Array(await window.crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
  return `sha-256=:${btoa(String.fromCharCode(...bytes))}:`;
}

async function talk(address, options) {
  const answer = await fetch(address, { redirect: 'error', ...options, headers: { accept: 'application/json', ...(options && options.headers) } });
  if (answer.status >= 500) throw new Error(String(answer.status));
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok && answer.status !== 409) { const refusal = new Error(told.message || String(answer.status)); refusal.refused = true; throw refusal; }
  return told;
}

async function send(input, file, row) {
  const words = input.dataset;
  const key = `upload ${words.upload} ${file.size} ${file.lastModified}`;
  const tell = (offset, text) => { row.bar.value = file.size ? offset / file.size : 1; row.text.textContent = text.replace('{percent}', Math.floor((100 * offset) / Math.max(1, file.size))); };
  let address = window.sessionStorage.getItem(key);
  let offset = 0;
  let done = null;
  let failures = 0;
  while (!done) {
    try {
      if (!address) {
        const fields = new URLSearchParams({ name: file.name, size: file.size, type: file.type, modified: file.lastModified });
        if (input.form) for (const [name, value] of new FormData(input.form)) if (typeof value === 'string') fields.append(name, value);
        const told = await talk(words.upload, { method: 'POST', body: fields });
        address = told.upload;
        offset = told.offset || 0;
        window.sessionStorage.setItem(key, address);
      } else if (failures || !offset) {
        const told = await talk(address);
        offset = told.offset;
        if (told.done) { done = told; break; }
      }
      tell(offset, words.sending);
      const chunk = file.slice(offset, offset + CHUNK);
      const sum = await digest(chunk);
      const headers = { 'upload-offset': String(offset), 'content-type': 'application/octet-stream' };
      if (sum) headers['content-digest'] = sum;
      const told = await talk(address, { method: 'PATCH', body: chunk, headers });
      offset = told.offset;
      failures = 0;
      tell(offset, words.sending);
      if (told.done) done = told;
    } catch (error) {
      if (error.refused) { window.sessionStorage.removeItem(key); throw error; }
      tell(offset, words.offline);
      await online();
      await wait(BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)]);
      failures += 1;
    }
  }
  window.sessionStorage.removeItem(key);
  return done;
}

export function upload(input) {
  const list = document.createElement('ul');
  list.className = 'reg-upload';
  list.setAttribute('aria-live', 'polite');
  (input.closest('.govuk-form-group') || input.parentElement).append(list);

  input.addEventListener('change', async () => {
    let next = null;
    let failed = false;
    for (const file of [...input.files]) {
      const item = document.createElement('li');
      const name = document.createElement('b');
      name.textContent = file.name;
      const bar = document.createElement('progress');
      bar.max = 1;
      bar.setAttribute('aria-label', file.name);
      const text = document.createElement('span');
      item.append(name, bar, text);
      list.append(item);
      try {
        const done = await send(input, file, { bar, text });
        next = done.next || next;
      } catch (error) {
        failed = true;
        text.textContent = error.message;
        text.className = 'is-bad';
        bar.remove();
      }
    }
    input.value = '';
    if (next && !failed) window.location.assign(next);
  });
}
