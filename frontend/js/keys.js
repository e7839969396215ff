// Second way to work a queue: J K move, Enter opens, X picks, / searches, ? shows the list.
// `<table data-keys>`; rows need a first link and may have a check box. Never inside fields, never while an
// input method is composing, never with Ctrl, Alt or Meta; the whole thing is off when the page says data-keys="off".

export function keys(table) {
  if (table.dataset.keys === 'off') return;
  const rows = [...table.querySelectorAll('tbody tr')];
  const link = (row) => row.querySelector('a[href]');
  const help = document.getElementById('keys-help');
  let at = rows.findIndex((row) => row.hasAttribute('data-current'));

  const show = (next) => {
    if (next < 0 || next >= rows.length) return;
    if (rows[at]) rows[at].removeAttribute('data-current');
    at = next;
    rows[at].setAttribute('data-current', 'true');
    const target = link(rows[at]);
    if (target) target.focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: 'nearest' });
  };

  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const field = event.target instanceof Element && event.target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]');
    if (field || document.querySelector('dialog[open]')) return;
    const acts = {
      j: () => show(at + 1),
      k: () => show(at - 1),
      x: () => { const box = rows[at] && rows[at].querySelector('input[type=checkbox]'); if (box) box.click(); },
      '/': () => { const search = document.querySelector('input[type=search]'); if (search) search.focus(); },
      '?': () => { if (help) help.showModal(); },
    };
    const act = acts[event.key.toLowerCase()];
    if (act) { event.preventDefault(); act(); }
    // Enter on the current row, unless focus is on something that has its own Enter.
    if (event.key === 'Enter' && rows[at] && event.target === document.body) link(rows[at]).click();
  });
  const open = document.querySelector('[data-keys-help]');
  if (open && help) { open.hidden = false; open.addEventListener('click', () => help.showModal()); }
}
