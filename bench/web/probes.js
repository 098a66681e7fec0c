/** What is measured inside a page, as source: the page's policy forbids what is not the browser's own tool. */

/** Resolves with the ms from now until the frame that shows `ready()`. */
const UNTIL_PAINTED = `
async (act, ready, limitMs) => {
  const begunMs = performance.now();
  act();
  for (;;) {
    const atMs = await new Promise(requestAnimationFrame);
    if (ready()) break;
    if (atMs - begunMs > limitMs) throw new Error('not shown within ' + limitMs + ' ms');
  }
  // What was there when a frame was made is on the screen with the next one.
  await new Promise(requestAnimationFrame);
  return performance.now() - begunMs;
}`;

/** Opens a row of the list by a click: ms until its last message is painted. */
export function openRow(id, text) {
  return `(${UNTIL_PAINTED})(
    () => document.querySelector('[data-row="${id}"]').click(),
    () => document.querySelector('main [role="log"]')?.textContent.includes(${JSON.stringify(text)}) ?? false,
    5000)`;
}

/** The same on the bare page. */
export function openBare(id, text) {
  return `(${UNTIL_PAINTED})(
    () => window.openBare(${JSON.stringify(id)}),
    () => document.querySelector('#log').textContent.includes(${JSON.stringify(text)}),
    5000)`;
}

/** Resolves with the clock's ms at which a text is on the screen. */
export function shownAt(selector, text) {
  return `new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('never shown')), 10000);
    const look = () => {
      if (!(document.querySelector(${JSON.stringify(selector)})?.textContent ?? '').includes(${JSON.stringify(text)})) return false;
      observer.disconnect();
      clearTimeout(timer);
      requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
      return true;
    };
    const observer = new MutationObserver(look);
    if (!look()) observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  })`;
}

/** Brings a row of the virtual list into the page. */
export function bringRow(index) {
  return `(async () => {
    let scroller = document.querySelector('[data-row]').parentElement;
    while (scroller !== null && scroller.scrollHeight <= scroller.clientHeight + 1) scroller = scroller.parentElement;
    if (scroller !== null) scroller.scrollTop = Math.max(0, ${index} * 64 - 200);
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  })()`;
}

/** Scrolls the list for a while: the time of every frame, rows in the page at most, and frames without rows. */
export function scrollList(pxPerFrame, forMs) {
  return `(async () => {
    let scroller = document.querySelector('[data-row]').parentElement;
    while (scroller.scrollHeight <= scroller.clientHeight + 1) scroller = scroller.parentElement;
    scroller.scrollTop = 0;
    const frames = [];
    let rows = 0;
    let blank = 0;
    const begunMs = performance.now();
    let beforeMs = await new Promise(requestAnimationFrame);
    while (beforeMs - begunMs < ${forMs}) {
      scroller.scrollTop += ${pxPerFrame};
      const atMs = await new Promise(requestAnimationFrame);
      frames.push(atMs - beforeMs);
      beforeMs = atMs;
      const shown = document.querySelectorAll('[data-row]');
      rows = Math.max(rows, shown.length);
      const { top, bottom } = scroller.getBoundingClientRect();
      if (![...shown].some((row) => row.getBoundingClientRect().bottom > top && row.getBoundingClientRect().top < bottom)) blank += 1;
    }
    return { frames, rows, blank, scrolledPx: scroller.scrollTop };
  })()`;
}

/** When the largest thing was painted, ms from the start of the navigation. */
export const LARGEST_PAINT = `new Promise((resolve) => {
  let lastMs = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) lastMs = entry.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  setTimeout(() => resolve(lastMs), 600);
})`;
