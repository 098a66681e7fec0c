/**
 * The least a page can do for the same work: no framework, no cache, one fetch and a text node for each message. It is measured in the
 * same run with the same server, so that a slow machine shows on both. Source to be run in a tab that is at any address of the server.
 */
export const BARE_PAGE = `(() => {
  const log = document.createElement('div');
  log.id = 'log';
  document.body.replaceChildren(log);
  let openId = null;
  async function show() {
    const answer = await fetch('/api/v1/conversations/' + openId + '/messages');
    const { items } = await answer.json();
    log.replaceChildren(...items.map((item) => {
      const line = document.createElement('p');
      line.textContent = item.text;
      return line;
    }));
  }
  window.openBare = (id) => { openId = id; void show(); };
  const socket = new WebSocket(location.origin.replace('http', 'ws') + '/api/v1/live');
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === 'changed' && message.conversations.some(({ id }) => id === openId)) void show();
  };
})()`;
