// Small helps for lists and long forms.

/** A check box that sets all boxes of its table, and tells the count in `[data-picked]`. */
export function selectAll(box) {
  const table = box.closest('table');
  const boxes = [...table.querySelectorAll('tbody input[type=checkbox]')];
  const told = (box.form || document).querySelector('[data-picked]');
  const tell = () => {
    const n = boxes.filter((b) => b.checked).length;
    box.checked = n > 0 && n === boxes.length;
    box.indeterminate = n > 0 && n < boxes.length;
    if (told) told.textContent = told.dataset.picked.replace('{n}', n);
  };
  box.hidden = false;
  box.addEventListener('change', () => { for (const b of boxes) b.checked = box.checked; tell(); });
  for (const b of boxes) b.addEventListener('change', tell);
  tell();
}

/** Asks before a changed form is left without being sent (the browser's own words). */
export function confirmLeaving(form) {
  let dirty = false;
  form.addEventListener('input', () => { dirty = true; });
  form.addEventListener('submit', () => { dirty = false; });
  form.addEventListener('saved', () => { dirty = false; });
  window.addEventListener('beforeunload', (event) => { if (dirty) event.preventDefault(); });
}
