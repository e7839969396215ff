// Saves a draft while it is being typed: `<form data-autosave="/address">`.
// Sends the form's fields (no files) as urlencoded POST. Answers: 200 {"saved_at":"14:32","version":7};
// 409 {"message":"…"} when somebody else saved in between; anything else is "not saved yet", tried again.
// The line `[data-autosave-status]` carries the words: data-saving, data-saved ("{time} 已保存"), data-failed.

const QUIET_MS = 1500;
const RETRY_MS = 10000;

export function autosave(form) {
  const line = document.querySelector('[data-autosave-status]');
  let timer = 0;
  let busy = false;
  let dirty = false;
  let stopped = false;

  const say = (text, kind) => {
    if (!line) return;
    line.textContent = text;
    line.classList.toggle('is-bad', kind === 'bad');
    line.classList.toggle('is-ok', kind === 'ok');
  };

  const body = () => {
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') fields.append(name, value);
    return fields;
  };

  async function save() {
    if (!dirty || busy || stopped) return;
    busy = true;
    dirty = false;
    say(line ? line.dataset.saving : '', '');
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: 'POST', body: body(), headers: { accept: 'application/json' }, redirect: 'error', keepalive: true,
      });
      if (answer.status === 409) {
        stopped = true;
        say((await answer.json()).message, 'bad');
      } else if (answer.ok) {
        const told = await answer.json();
        const version = form.querySelector('input[name=version]');
        if (version && told.version !== undefined) version.value = told.version;
        if (line) say(line.dataset.saved.replace('{time}', told.saved_at), 'ok');
        form.dispatchEvent(new CustomEvent('saved'));
      } else {
        throw new Error(String(answer.status));
      }
    } catch {
      dirty = true;
      say(line ? line.dataset.failed : '', 'bad');
      timer = window.setTimeout(save, RETRY_MS);
    }
    busy = false;
    if (dirty && !timer) later();
  }

  function later() {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { timer = 0; save(); }, QUIET_MS);
  }

  form.addEventListener('input', () => { dirty = true; later(); });
  form.addEventListener('submit', () => { stopped = true; window.clearTimeout(timer); });
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') save(); });
  form.saveNow = save;
}
