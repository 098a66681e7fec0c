/**
 * Draws messages. Words of people become text nodes and nothing else; addresses in them become links that open elsewhere.
 */

/**
 * @typedef {{seq: number, mine: boolean, clientId?: string, atMs: number, text: string, edited?: boolean,
 *   files: {name: string | null, sizeBytes: number, picture: boolean}[],
 *   buttons?: {label: string, url?: string}[][]}} Message
 */

/** @template {keyof HTMLElementTagNameMap} Name @param {Name} name @param {string} [className] @param {string} [text] */
export function element(name, className, text) {
  const made = document.createElement(name);
  if (className !== undefined) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const ADDRESS = /https?:\/\/[^\s<>"'）】]+[^\s<>"'.,!?:;)）】]/g;

/** @param {HTMLElement} into @param {string} text */
function writeText(into, text) {
  let at = 0;
  for (const found of text.matchAll(ADDRESS)) {
    into.append(text.slice(at, found.index), outside(found[0], found[0]));
    at = found.index + found[0].length;
  }
  into.append(text.slice(at));
}

/** @param {string} address @param {string} label */
function outside(address, label) {
  const link = element('a', undefined, label);
  // Only what a browser opens as a page: never a script.
  if (/^https?:\/\//i.test(address)) link.href = address;
  link.target = '_blank';
  link.rel = 'noopener noreferrer nofollow';
  return link;
}

/**
 * @param {Message} message
 * @param {{words: Record<string, string>, language: string,
 *   download: (seq: number, index: number) => Promise<Blob>,
 *   press: (seq: number, row: number, column: number) => void}} with_
 */
export function drawMessage(message, { words, language, download, press }) {
  const item = element('li', message.mine ? 'mine' : 'theirs');
  item.dataset['seq'] = String(message.seq);
  const author = element('span', 'author', message.mine ? words['you'] : words['them']);
  const body = element('div', 'bubble');
  const text = element('p');
  writeText(text, message.text);
  if (message.text !== '') body.append(text);
  for (const [index, file] of message.files.entries()) body.append(drawFile(message.seq, index, file, words, download));
  for (const [rowIndex, row] of (message.buttons ?? []).entries()) {
    const line = element('div', 'buttons');
    for (const [columnIndex, { label, url }] of row.entries()) {
      if (url !== undefined) {
        line.append(outside(url, label));
        continue;
      }
      const button = element('button', undefined, label);
      button.type = 'button';
      button.addEventListener('click', () => press(message.seq, rowIndex, columnIndex));
      line.append(button);
    }
    body.append(line);
  }
  const time = element('time', undefined, momentOf(new Date(message.atMs), language));
  time.dateTime = new Date(message.atMs).toISOString();
  item.append(author, body, time);
  if (message.edited === true) markEdited(item, words['edited'] ?? '');
  return item;
}

/** The time, with its day where that is another one. @param {Date} moment @param {string} language */
function momentOf(moment, language) {
  const isToday = moment.toDateString() === new Date().toDateString();
  return moment.toLocaleString(
    language,
    isToday ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' },
  );
}

/** @param {HTMLElement} item @param {string} edited */
function markEdited(item, edited) {
  if (item.querySelector('.edited') === null) item.append(element('span', 'author edited', edited));
}

/** @param {HTMLElement} item @param {string} text @param {string} edited the word for that */
export function changeText(item, text, edited) {
  const place = item.querySelector('p');
  if (place === null) return;
  place.textContent = '';
  writeText(place, text);
  markEdited(item, edited);
}

/**
 * @param {number} seq @param {number} index @param {Message['files'][number]} file @param {Record<string, string>} words
 * @param {(seq: number, index: number) => Promise<Blob>} download
 */
function drawFile(seq, index, file, words, download) {
  const name = file.name ?? `${index + 1}`;
  const size =
    file.sizeBytes < 1_000_000 ? `${Math.ceil(file.sizeBytes / 1_000)} kB` : `${(file.sizeBytes / 1e6).toFixed(1)} MB`;
  const box = element('div', 'file');
  const button = element('button', undefined, `${name} (${size})`);
  button.type = 'button';
  const lost = () => {
    button.disabled = true;
    button.textContent = words['gone'] ?? '';
  };
  const save = async () => {
    const link = element('a');
    link.href = URL.createObjectURL(await download(seq, index));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  button.addEventListener('click', () => void save().catch(lost));
  box.append(button);
  // A message that is still on its way has no file to fetch yet.
  if (file.picture && seq > 0) {
    download(seq, index)
      .then((blob) => {
        const picture = element('img');
        picture.alt = name;
        picture.src = URL.createObjectURL(blob);
        box.prepend(picture);
      })
      .catch(lost);
  }
  return box;
}
