/**
 * For the site: `<script async src="https://gateway/chat/ACCOUNT/widget.js" data-token="…" data-language="zh"></script>` shows a button
 * and, in a frame, the chat. `parleyChat.identify(token)` says later who is there; `null`: nobody any more.
 */
(() => {
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement) || Reflect.has(window, 'parleyChat')) return;
  const base = new URL('.', script.src);
  const language = script.dataset['language'] ?? document.documentElement.lang ?? '';
  const chinese = /^zh\b/i.test(language || navigator.language);
  const names = chinese ? { open: '打开聊天', close: '关闭聊天' } : { open: 'Open chat', close: 'Close chat' };
  const key = `parley-chat-session ${base.href}`;
  /** Of a stranger: browsers deny storage to frames of other sites. @type {string | null} */
  let session = null;
  try {
    session = window.localStorage.getItem(key);
  } catch {
    // Forbidden: it lives as long as this page.
  }
  /** @type {string | null} */
  let token = script.dataset['token'] ?? null;
  let open = false;
  let unread = 0;

  /** @param {HTMLElement} element @param {Record<string, string>} rules */
  function style(element, rules) {
    // By the object model, which a site's policy on styles does not forbid.
    for (const [name, value] of Object.entries(rules)) element.style.setProperty(name, value);
  }

  const frame = document.createElement('iframe');
  frame.src = new URL(language === '' ? '.' : `./?lang=${encodeURIComponent(language)}`, base).href;
  frame.title = chinese ? '客服聊天' : 'Support chat';
  frame.referrerPolicy = 'origin';
  style(frame, {
    position: 'fixed',
    right: '16px',
    bottom: '84px',
    width: 'min(380px, calc(100vw - 32px))',
    height: 'min(600px, calc(100vh - 110px))',
    border: '1px solid #8885',
    'border-radius': '12px',
    'box-shadow': '0 8px 30px #0004',
    'z-index': '2147483000',
    display: 'none',
    'color-scheme': 'light dark',
  });
  const button = document.createElement('button');
  button.type = 'button';
  style(button, {
    position: 'fixed',
    right: '16px',
    bottom: '16px',
    width: '56px',
    height: '56px',
    border: '0',
    'border-radius': '50%',
    background: '#0b57d0',
    color: '#ffffff',
    font: '600 22px system-ui, sans-serif',
    cursor: 'pointer',
    'z-index': '2147483001',
  });

  function draw() {
    const name = open ? names.close : names.open;
    button.textContent = open ? '×' : unread > 0 ? String(Math.min(unread, 99)) : '💬';
    button.setAttribute('aria-label', unread > 0 && !open ? `${name} (${unread})` : name);
    button.setAttribute('aria-expanded', String(open));
    frame.style.setProperty('display', open ? 'block' : 'none');
  }

  /** To the chat alone, wherever its frame went. @param {object} message */
  const tell = (message) => frame.contentWindow?.postMessage(message, base.origin);

  /** @param {boolean} next */
  function show(next) {
    open = next;
    // Who never opens it costs nobody a connection.
    if (open && !frame.isConnected) document.body.append(frame);
    draw();
    tell({ kind: 'shown', shown: open });
    if (!open) button.focus();
  }

  button.addEventListener('click', () => show(!open));
  window.addEventListener('message', (event) => {
    if (event.source !== frame.contentWindow || event.origin !== base.origin) return;
    const { parleyChat, kind, count, session: given } = Object(event.data);
    if (parleyChat !== true) return;
    if (kind === 'ready') {
      tell({ kind: 'who', token, session });
      tell({ kind: 'shown', shown: open });
    }
    if (kind === 'unread') {
      unread = Number(count) || 0;
      draw();
    }
    if (kind === 'keep' && typeof given === 'string') {
      session = given;
      try {
        window.localStorage.setItem(key, given);
      } catch {
        // As above.
      }
    }
    if (kind === 'close') show(false);
  });

  Reflect.set(window, 'parleyChat', {
    /** @param {string | null} next */
    identify(next) {
      token = next;
      tell({ kind: 'who', token });
    },
    open: () => show(true),
    close: () => show(false),
  });
  const begin = () => {
    draw();
    document.body.append(button);
  };
  if (document.body === null) document.addEventListener('DOMContentLoaded', begin);
  else begin();
})();
