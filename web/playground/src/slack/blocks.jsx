import { useMemo } from 'react';
import { Message } from 'slack-blocks-to-jsx';
import { Link, picture } from '../api.jsx';
import { richText } from './markup.js';

// Blocks shows the blocks of a message or view. slack-blocks-to-jsx draws what is read; what
// is pressed or filled in and tables are the page's own.
export function Blocks({ blocks, names, theme, press }) {
  return useMemo(() => groups(blocks).map((group, i) => (
    Array.isArray(group)
      ? <Drawn key={i} blocks={group} names={names} theme={theme} />
      : <Own key={i} block={group} names={names} theme={theme} press={press} />
  )), [JSON.stringify(blocks), JSON.stringify(names), theme]); // eslint-disable-line
}

const own = new Set(['actions', 'context', 'context_actions', 'divider', 'header', 'section', 'table', 'data_table', 'input']);
const drawn = new Set(['rich_text', 'image', 'markdown', 'alert', 'card', 'carousel', 'container', 'plan', 'task_card', 'file']);

// groups parts blocks into runs that the library draws, and single ones of the page.
function groups(blocks) {
  const out = [];
  for (const b of blocks) {
    if (own.has(b.type) || !drawn.has(b.type)) out.push(b);
    else if (Array.isArray(out[out.length - 1])) out[out.length - 1].push(b);
    else out.push([b]);
  }
  return out;
}

// Drawn has the library draw blocks, with pictures from the page's own server.
function Drawn({ blocks, names, theme }) {
  const shown = useMemo(() => local(blocks), [blocks]);
  return <Message blocks={shown} withoutWrapper name="" logo="" theme={theme} data={names} hooks={hooks} />;
}

const hooks = {
  link: ({ href, children, className }) => <Link to={href} className={className}>{children}</Link>,
  user: ({ id, name }) => <span className="mention">@{name || id}</span>,
  channel: ({ id, name }) => <span className="mention">#{name || id}</span>,
};

// local gives every picture the address under which the server of this page has it.
function local(value) {
  if (Array.isArray(value)) return value.map(local);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, k === 'image_url' ? picture(v) : local(v)]));
}

function Own({ block, names, theme, press }) {
  switch (block.type) {
    case 'actions':
    case 'context_actions':
      return <div className="actions" role="group">{block.elements.map((e, i) => <Element key={e.action_id ?? i} element={e} press={press} />)}</div>;
    case 'divider':
      return <hr />;
    case 'header':
      return <p className="header" role="heading" aria-level={4}>{plain(block.text)}</p>;
    case 'section':
      return (
        <div className="beside">
          <div>
            {block.text && <Text of={block.text} names={names} theme={theme} />}
            {(block.fields ?? []).map((f, i) => <Text key={i} of={f} names={names} theme={theme} />)}
          </div>
          {block.accessory && <Element element={block.accessory} press={press} />}
        </div>
      );
    case 'context':
      return (
        <div className="context">
          {block.elements.map((e, i) => (e.type === 'image' ? <Element key={i} element={e} /> : <Text key={i} of={e} names={names} theme={theme} />))}
        </div>
      );
    case 'table':
    case 'data_table':
      return <Table block={block} names={names} theme={theme} />;
    case 'input':
      return null; // the form around it shows it
    default:
      return <p className="unknown" role="alert">The page does not know the block {block.type}.</p>;
  }
}

// Element is a button or a menu.
function Element({ element: e, press }) {
  const label = plain(e.text) || plain(e.placeholder) || 'Choose';
  const style = e.style ? ` ${e.style}` : '';
  if (e.options || e.option_groups) {
    const options = e.options ?? e.option_groups.flatMap((g) => g.options);
    return (
      <select className="element" aria-label={label} value={e.initial_option?.value ?? ''} onChange={(event) => press(e.action_id, event.target.value)}>
        <option value="">{label}</option>
        {options.map((o) => <option key={o.value} value={o.value}>{plain(o.text)}</option>)}
      </select>
    );
  }
  if (e.type === 'feedback_buttons') return <Feedback element={e} press={press} />;
  if (e.type === 'image') return <img className="accessory" src={picture(e.image_url)} alt={e.alt_text} />;
  if (e.type !== 'button') return <p className="unknown" role="alert">The page does not know the element {e.type}.</p>;
  if (e.url) return <Link to={e.url} className={`element${style}`} onClick={() => press(e.action_id)}>{label}</Link>;
  return <button type="button" className={`element${style}`} aria-label={e.accessibility_label} onClick={() => press(e.action_id)}>{label}</button>;
}

// Feedback is the two thumbs below an answer.
function Feedback({ element: e, press }) {
  return (
    <span className="feedback">
      {[['👍', e.positive_button], ['👎', e.negative_button]].map(([thumb, b]) => (
        <button key={thumb} type="button" title={plain(b.text)} aria-label={b.accessibility_label ?? plain(b.text)} onClick={() => press(e.action_id, b.value)}>{thumb}</button>
      ))}
    </span>
  );
}

export const plain = (object) => object?.text ?? '';

function Table({ block, names, theme }) {
  const [head, ...rows] = block.rows;
  const align = (i) => block.column_settings?.[i]?.align ?? 'left';
  const cell = (c) => (c.type === 'rich_text' ? <Drawn blocks={[c]} names={names} theme={theme} /> : c.text);
  return (
    <div className="table" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead><tr>{head.map((c, i) => <th key={i} scope="col" data-align={align(i)}>{cell(c)}</th>)}</tr></thead>
        <tbody>{rows.map((r, i) => <tr key={i}>{r.map((c, j) => <td key={j} data-align={align(j)}>{cell(c)}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

// Text is a text object.
function Text({ of, names, theme }) {
  return of.type === 'mrkdwn' ? <Markup text={of.text} names={names} theme={theme} /> : <p className="plain">{of.text}</p>;
}

// Markup is a text in Slack's markup.
export function Markup({ text, names, theme }) {
  return text ? <Drawn blocks={[richText(text)]} names={names} theme={theme} /> : null;
}
