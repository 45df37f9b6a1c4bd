import { Fragment, useMemo } from 'react';
import { parse } from 'discord-markdown-parser';
import { Link } from '../api.jsx';

// Content is a text in Discord's dialect of Markdown.
export function Content({ text, names, light }) {
  return useMemo(() => (text ? nodes(parse(text, 'extended'), { names, light }) : null), [text, names && [...names].join(), light]); // eslint-disable-line
}

const nodes = (all, about) => marked([].concat(all)).map((n, i) => <Node key={i} node={n} about={about} />);

const line = new Set(['br', 'newline', 'heading', 'subtext', 'codeBlock', 'blockQuote']);

// marked finds the items of lists, which the parser leaves in the text: what begins a line
// with a dash, which is parted from its blank where it is escaped.
function marked(all) {
  let begins = true;
  let depth = 0;
  return all.flatMap((n) => {
    const first = begins;
    begins = line.has(n.type);
    if (begins) depth = 0;
    if (!first || n.type !== 'text') return [n];
    if (/^ +$/.test(n.content)) { // how deep the item is
      begins = true;
      depth = n.content.length / 2;
      return [n];
    }
    if (!/^ *- /.test(n.content)) return [n];
    const text = n.content.trimStart();
    return [{ type: 'mark', depth: depth || (n.content.length - text.length) / 2 }, { type: 'text', content: text.slice(2) }];
  });
}

function Node({ node: n, about }) {
  const light = about.light || undefined;
  const inner = () => nodes(n.content, about);
  switch (n.type) {
    case 'text': return n.content;
    case 'mark': return <span className="mark" data-depth={Math.min(n.depth, 4)}>• </span>;
    case 'br':
    case 'newline': return <br />;
    case 'twemoji': return n.name; // as text: there are no pictures of emoji here
    case 'strong': return <strong>{inner()}</strong>;
    case 'em': return <em>{inner()}</em>;
    case 'underline': return <u>{inner()}</u>;
    case 'strikethrough': return <s>{inner()}</s>;
    case 'spoiler': return <discord-spoiler>{inner()}</discord-spoiler>;
    case 'inlineCode': return <code className="code">{n.content}</code>;
    case 'codeBlock': return <pre className="code" tabIndex={0}><code>{n.content}</code></pre>;
    case 'heading': return <discord-header level={n.level}>{inner()}</discord-header>;
    case 'subtext': return <discord-subscript light-theme={light}>{inner()}</discord-subscript>;
    case 'blockQuote': return <discord-quote light-theme={light}>{inner()}</discord-quote>;
    case 'link': return <Link to={n.target} className="link">{inner()}</Link>;
    case 'url': return <Link to={n.target} className="link">{inner()}</Link>;
    case 'autolink': return <Link to={n.target} className="link bare">{n.target}</Link>;
    case 'user': return <Mention kind="user" light={light}>{about.names?.get(n.id) ?? n.id}</Mention>;
    case 'channel': return <Mention kind="channel" light={light}>{about.names?.get(n.id) ?? n.id}</Mention>;
    case 'role': return <Mention kind="role" light={light}>{n.id}</Mention>;
    case 'everyone':
    case 'here': return <Mention kind="user" light={light}>{n.type}</Mention>;
    case 'slashCommand': return <Mention kind="slash" light={light}>{n.fullName ?? n.name}</Mention>;
    case 'timestamp': return <Time node={n} />;
    case 'emoji': return `:${n.name}:`;
    default: return <Fragment><span className="unknown" role="alert">The page does not know {n.type}.</span></Fragment>;
  }
}

function Mention({ kind, light, children }) {
  return <discord-mention type={kind} light-theme={light}>{children}</discord-mention>;
}

const forms = {
  t: { timeStyle: 'short' }, T: { timeStyle: 'medium' }, d: { dateStyle: 'short' }, D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' }, F: { dateStyle: 'full', timeStyle: 'short' },
};

function Time({ node }) {
  const at = new Date(Number(node.timestamp) * 1000);
  return <time className="time" dateTime={at.toISOString()}>{at.toLocaleString([], forms[node.format] ?? forms.f)}</time>;
}
