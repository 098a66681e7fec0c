/** Where a message is written: text, chosen files, the key that sends. */
import { element } from './view.js';

const MOST_FILES = 10;
const MAX_BYTES = 10_000_000;
/** Between two words that somebody writes, ms. */
const TYPING_AGAIN_MS = 4_000;

/** @template {HTMLElement} Kind @param {string} id @param {new () => Kind} kind @returns {Kind} */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

/**
 * @param {Record<string, string>} words
 * @param {HTMLElement} state where trouble is said
 * @param {(text: string, files: File[]) => void} send
 * @param {() => void} typing told now and then while somebody writes
 * @returns {{clear(): void}}
 */
export function createComposer(words, state, send, typing) {
  const form = byId('form', HTMLFormElement);
  const text = byId('text', HTMLTextAreaElement);
  const input = byId('file', HTMLInputElement);
  const chosen = byId('chosen', HTMLUListElement);
  /** @type {File[]} */
  let files = [];
  let toldMs = 0;

  function drawChosen() {
    chosen.replaceChildren(
      ...files.map((file) => {
        const item = element('li');
        const button = element('button', undefined, `${file.name} ×`);
        button.type = 'button';
        button.setAttribute('aria-label', `${words['remove']}: ${file.name}`);
        button.addEventListener('click', () => {
          files = files.filter((one) => one !== file);
          drawChosen();
          text.focus();
        });
        item.append(button);
        return item;
      }),
    );
  }

  function submit() {
    const said = text.value.trim();
    if (said === '' && files.length === 0) return;
    send(said, files);
    text.value = '';
    files = [];
    // The next one begins anew.
    toldMs = 0;
    drawChosen();
    text.focus();
  }

  text.setAttribute('aria-label', words['write'] ?? '');
  text.placeholder = words['write'] ?? '';
  byId('send', HTMLButtonElement).textContent = words['send'] ?? '';
  input.setAttribute('aria-label', words['attach'] ?? '');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  text.addEventListener('keydown', (event) => {
    // Enter that ends a word of an input method sends nothing.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  text.addEventListener('input', () => {
    if (text.value.trim() === '' || Date.now() - toldMs < TYPING_AGAIN_MS) return;
    toldMs = Date.now();
    typing();
  });
  input.addEventListener('change', () => {
    for (const file of input.files ?? []) {
      if (file.size > MAX_BYTES) state.textContent = words['tooLarge'] ?? '';
      else if (files.length < MOST_FILES) files.push(file);
    }
    input.value = '';
    drawChosen();
  });

  return {
    /** What somebody began to write is theirs alone. */
    clear() {
      text.value = '';
      files = [];
      drawChosen();
    },
  };
}
