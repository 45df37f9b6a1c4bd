// Slack's markup, as the rich text that it is shown as: the library reads it in a way of its
// own, which takes addresses with a port for text.

const entities = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
const unescape = (s) => s.replace(/&(amp|lt|gt);/g, (e) => entities[e]);

const marks = { '*': 'bold', _: 'italic', '~': 'strike' };

// richText is a text in Slack's markup as a rich_text block.
export function richText(text) {
  const out = [];
  const parts = text.split(/```([\s\S]+?)```/); // every second one is code
  parts.forEach((part, i) => {
    if (part === '') return;
    if (i % 2) out.push({ type: 'rich_text_preformatted', elements: [{ type: 'text', text: unescape(part) }] });
    else out.push({ type: 'rich_text_section', elements: inline(part, {}) });
  });
  return { type: 'rich_text', elements: out };
}

// inline reads a text within a style.
function inline(text, style) {
  const out = [];
  const styled = Object.keys(style).length > 0 ? { style } : {};
  const say = (s) => { if (s) out.push({ type: 'text', text: unescape(s), ...styled }); };
  let plain = '';
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const found = token(rest) ?? code(rest) ?? mark(text, at);
    if (!found) {
      plain += text[at++];
      continue;
    }
    say(plain);
    plain = '';
    at += found.size;
    if (found.inner !== undefined) out.push(...inline(found.inner, { ...style, [found.style]: true }));
    else out.push({ ...found.element, ...(found.code ? { style: { ...style, code: true } } : styled) });
  }
  say(plain);
  return out;
}

// token is what stands in angle brackets.
function token(text) {
  const m = /^<([^<>|]+)(?:\|([^<>]*))?>/.exec(text);
  if (!m) return null;
  const [all, target, label] = m;
  const size = all.length;
  switch (target[0]) {
    case '@': return { size, element: { type: 'user', user_id: target.slice(1) } };
    case '#': return { size, element: { type: 'channel', channel_id: target.slice(1) } };
    case '!': return { size, element: { type: 'text', text: label ? unescape(label) : `@${target.slice(1)}` } };
    default: return { size, element: { type: 'link', url: unescape(target), ...(label ? { text: unescape(label) } : {}) } };
  }
}

function code(text) {
  const m = /^`([^`\n]+)`/.exec(text);
  return m && { size: m[0].length, code: true, element: { type: 'text', text: unescape(m[1]) } };
}

// mark is a run between two stars, underscores or tildes, which stand at the edges of words
// and in no angle brackets.
function mark(text, at) {
  const c = text[at];
  if (!marks[c] || (at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1]))) return null;
  const line = text.slice(at + 1).split('\n')[0];
  const bare = line.replace(/<[^<>]*>/g, (m) => '<'.repeat(m.length));
  for (let end = bare.indexOf(c); end >= 0; end = bare.indexOf(c, end + 1)) {
    const inner = line.slice(0, end);
    if (inner && inner.trim() === inner && !/[\p{L}\p{N}]/u.test(line[end + 1] ?? ' ')) return { size: end + 2, inner, style: marks[c] };
  }
  return null;
}
