// read runs in the page. It reads the messages of a platform as a reader does: their
// characters without white space, and the address behind each link's text. Items of lists and
// what stands for somebody are written as the readers of the Go tests write them.
export function read(platform) {
  const visible = (s) => s.replace(/[\s─\u200b\u0085]/gu, '');
  let out;
  const children = (node) => {
    if (node.shadowRoot && node.localName !== 'discord-message') return node.shadowRoot.childNodes;
    if (node.localName === 'slot') return node.assignedNodes().length ? node.assignedNodes() : node.childNodes;
    return node.childNodes;
  };
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      out += visible(node.data);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE && node.nodeType !== Node.DOCUMENT_FRAGMENT_NODE) return;
    const name = node.localName;
    if (['style', 'script', 'svg', 'img', 'thead'].includes(name) || node.matches('.tools, .note, .unseen, .quoted')) return;
    if (name === 'discord-mention') { out += `!${node.getAttribute('type')}!`; return; }
    if (node.matches('.discord .time')) { out += '!timestamp!'; return; }
    if (node.matches('.slack .mention, .slack li > span:first-child')) return; // the latter is the mark of an item
    if (name === 'select') {
      if (platform === 'discord') for (const o of node.options) if (o.value || o.text !== 'Choose') out += visible(o.text);
      return;
    }
    if (name === 'hr' && platform === 'slack') { out += '---'; return; }
    if (node.matches('.discord .mark')) { out += visible(node.textContent).replace('•', '-'); return; }
    if (name === 'li' && platform === 'slack') {
      const list = node.parentElement;
      const at = [...list.children].indexOf(node);
      out += list.localName === 'ol' ? `(${(list.start || 1) + at})` : '(-)';
    }
    if (!(name === 'a' && node.classList.contains('bare'))) for (const child of children(node)) walk(child);
    if (name === 'a' && !node.matches('.slack .element')) out += visible(node.getAttribute('href'));
  };
  const roots = platform === 'slack' ? document.querySelectorAll('.slack .message .text') : document.querySelectorAll('discord-message');
  return [...roots].map((root) => {
    out = '';
    for (const child of root.childNodes) walk(child);
    return out;
  });
}
