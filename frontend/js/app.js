// Progressive enhancement only: every page works as plain links and forms before this file arrives.
// No HTML is ever written from strings, so the pages run under `require-trusted-types-for 'script'`.
import { Button } from 'govuk-frontend/dist/govuk/components/button/button.mjs';
import { CharacterCount } from 'govuk-frontend/dist/govuk/components/character-count/character-count.mjs';
import { ErrorSummary } from 'govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs';
import { FileUpload } from 'govuk-frontend/dist/govuk/components/file-upload/file-upload.mjs';
import { NotificationBanner } from 'govuk-frontend/dist/govuk/components/notification-banner/notification-banner.mjs';
import { PasswordInput } from 'govuk-frontend/dist/govuk/components/password-input/password-input.mjs';
import { SkipLink } from 'govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs';
import { autosave } from './autosave.js';
import { keys } from './keys.js';
import { confirmLeaving, fold, nameUpload, reveal, selectAll } from './lists.js';
import { timeout } from './timeout.js';
import { upload } from './upload.js';

document.body.classList.add('js-enabled', 'govuk-frontend-supported');

for (const Part of [Button, CharacterCount, ErrorSummary, FileUpload, NotificationBanner, PasswordInput, SkipLink]) {
  for (const root of document.querySelectorAll(`[data-module="${Part.moduleName}"]`)) {
    try { new Part(root); } catch (error) { console.error(error); }
  }
}
for (const root of document.querySelectorAll('[data-reveals]')) reveal(root);
for (const root of document.querySelectorAll('.govuk-file-upload-button')) nameUpload(root);
for (const root of document.querySelectorAll('form[data-autosave]')) autosave(root);
for (const root of document.querySelectorAll('input[type=file][data-upload]')) upload(root);
for (const root of document.querySelectorAll('table[data-keys]')) keys(root);
for (const root of document.querySelectorAll('[data-select-all]')) selectAll(root);
for (const root of document.querySelectorAll('details[data-fold]')) fold(root);
for (const root of document.querySelectorAll('form[data-confirm-leaving]')) confirmLeaving(root);
for (const root of document.querySelectorAll('[data-print]')) root.addEventListener('click', (event) => { event.preventDefault(); window.print(); });
timeout(document.getElementById('timeout'));
