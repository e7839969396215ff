// Idle sign-out: `<dialog id="timeout" data-seconds="900" data-stay="/session/stay" data-leave="/sign-in?…">`.
// Two minutes before the end it asks; drafts are saved first, so nothing typed is lost.

const WARN_SECONDS = 120;

export function timeout(dialog) {
  if (!dialog || typeof dialog.showModal !== 'function') return;
  const idle = Number(dialog.dataset.seconds);
  if (!(idle > WARN_SECONDS)) return;
  const left = dialog.querySelector('[data-left]');
  let end = Date.now() + idle * 1000;
  let touched = Date.now();

  const saveAll = () => Promise.all([...document.querySelectorAll('form[data-autosave]')].map((f) => f.saveNow && f.saveNow()));
  async function stay() {
    const answer = await fetch(dialog.dataset.stay, { method: 'POST', redirect: 'error' }).catch(() => null);
    if (answer && answer.ok) end = Date.now() + idle * 1000;
    if (dialog.open) dialog.close();
  }
  for (const kind of ['keydown', 'pointerdown']) document.addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
  dialog.addEventListener('cancel', (event) => { event.preventDefault(); stay(); });
  dialog.querySelector('[data-stay-button]').addEventListener('click', stay);

  const tick = window.setInterval(async () => {
    const seconds = Math.round((end - Date.now()) / 1000);
    // Typing on the page counts as being there; the server learns of it every few minutes.
    if (!dialog.open && seconds < idle - 240 && Date.now() - touched < 60000) { await stay(); return; }
    if (seconds <= 0) { window.clearInterval(tick); await saveAll(); window.location.assign(dialog.dataset.leave); return; }
    if (seconds <= WARN_SECONDS) {
      if (!dialog.open) { await saveAll(); dialog.showModal(); }
      if (left && seconds % 10 === 0) left.textContent = String(seconds);
    }
  }, 1000);
}
