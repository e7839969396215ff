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

/**
 * Shows the field that belongs to a radio button only while the button is chosen. (The base's own part puts
 * `aria-expanded` on radio buttons, which ARIA does not allow.) Without script all such fields are visible.
 */
export function reveal(radio) {
  const field = document.getElementById(radio.dataset.reveals);
  const show = () => { field.hidden = !radio.checked; };
  for (const other of document.getElementsByName(radio.name)) other.addEventListener('change', show);
  show();
}

/** The enhanced upload button is named by its label and its own words, without the hidden comma between them. */
export function nameUpload(button) {
  const comma = document.getElementById(`${button.id}-comma`);
  if (!comma) return;
  button.setAttribute('aria-labelledby', button.getAttribute('aria-labelledby').replace(`${comma.id} `, ''));
  comma.remove();
}

/** Folds what is looked up afterwards on a narrow screen; on paper it is always open. */
export function fold(details) {
  if (window.matchMedia('(max-width: 760px)').matches) details.open = false;
  window.addEventListener('beforeprint', () => { details.dataset.was = details.open; details.open = true; });
  window.addEventListener('afterprint', () => { details.open = details.dataset.was === 'true'; });
}
