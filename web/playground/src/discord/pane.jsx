import { useMemo, useState } from 'react';
import { Dialog, Field, Log, Pane, Tools, useActions } from '../frame.jsx';
import { Link, Places, href, picture } from '../api.jsx';
import { useHighlight } from '../slack/pane.jsx';
import { Content } from './content.jsx';

// DiscordPane shows a channel of Discord, with threads below the message from which they were
// opened.
export function DiscordPane({ name, theme, page, lost, highlight, act, onChannel, onReply }) {
  const [run, error, setError] = useActions(act);
  useHighlight(highlight, page);
  const form = page?.forms[page.forms.length - 1];
  const names = page && new Map([
    ...[...page.users, page.app].map((u) => [u.id, u.real_name]), ...page.channels.map((c) => [c.id, c.name || 'direct message']),
  ]);
  const message = (channel) => (m) => (
    <Message
      key={m.id} message={m} names={names} light={theme === 'light'} menu={page.menu}
      press={(action, value) => run('press', { channel, message: m.id, action, value })}
      onReply={() => onReply(m.thread || channel)} onMenu={(command) => run('menu', { channel, message: m.id, command })}
      onEdit={(text) => run('edit', { channel, message: m.id, text, raw: true })} onDelete={() => run('delete', { channel, message: m.id })}
    >
      {m.replies.length > 0 && <div className="thread" role="group" aria-label="Thread">{m.replies.map(message(m.thread))}</div>}
      {m.status && <p className="status" role="status">aidesk {m.status}…</p>}
    </Message>
  );
  const places = useMemo(() => ({ find: (to) => /^https:\/\/discord\.com\/channels\/[@\w]+\/(\d+)/.exec(to)?.[1], go: onChannel }), [page?.user]); // eslint-disable-line
  return (
    <Places value={places}>
      <Pane name={name} kind="discord" page={page} lost={lost} error={form ? '' : error} onChannel={onChannel}>
        <div className="surface">
          {page && (
            <Log name={name} count={page.version}>
              {page.messages.length === 0 && <p className="empty">Nothing was said here yet.</p>}
              <discord-messages light-theme={theme === 'light' || undefined} no-background>{page.messages.map(message(page.channel))}</discord-messages>
            </Log>
          )}
          {form && (
            <Modal
              key={form.custom_id} form={form} names={names} error={error || (form.failed ? 'Something went wrong. Try again.' : '')}
              onSubmit={(values) => run('submit', { modal: form.custom_id, values })}
              onClose={() => { setError(''); run('cancel', {}); }}
            />
          )}
        </div>
      </Pane>
    </Places>
  );
}

const when = (time) => new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

function Message({ message: m, names, light, menu, press, children, ...tools }) {
  const { body } = m;
  const quoted = body.referenced_message;
  return (
    <div className="conversation" id={`m${m.id}`}>
      <discord-message
        role="article" aria-label={`${m.author}, ${when(m.time)}`} author={m.author} avatar={m.from_app ? './app.svg' : './person.svg'} timestamp={when(m.time)}
        bot={m.from_app || undefined} edited={m.edited || undefined} light-theme={light || undefined}
      >
        {quoted && <div slot="reply" className="quoted"><span aria-hidden="true">↱ </span>{quoted.author.global_name ?? quoted.author.username}: {quoted.content.split('\n')[0].slice(0, 120)}</div>}
        {m.ephemeral && <p className="note">Only you can see this</p>}
        <Content text={body.content} names={names} light={light} />
        {body.embeds.map((e, i) => <Embed key={i} embed={e} names={names} light={light} />)}
        {body.attachments.map((a) => <Attachment key={a.id} file={a} />)}
        {body.components.length > 0 && <div slot="components"><Components components={body.components} names={names} press={press} light={light} /></div>}
        <div slot="components"><Tools message={m} menu={menu} canReply={!m.ephemeral} {...tools} /></div>
      </discord-message>
      {children}
    </div>
  );
}

function Attachment({ file }) {
  const address = `discord${new URL(file.url).pathname}`;
  return (
    <p slot="attachments" className="file">
      {/^image\/(png|jpeg|gif|webp)$/.test(file.content_type) && <img src={address} alt={file.description ?? file.filename} />}
      <a href={address} target="_blank" rel="noopener noreferrer">{file.filename}</a> <small>{file.content_type}, {file.size} bytes</small>
    </p>
  );
}

function Embed({ embed: e, names, light }) {
  const colour = e.color ? `#${e.color.toString(16).padStart(6, '0')}` : undefined;
  return (
    <discord-embed
      slot="embeds" light-theme={light || undefined} color={colour} author-name={e.author?.name} author-url={href(e.author?.url)} embed-title={e.title} url={href(e.url)}
      image={picture(e.image?.url)} thumbnail={picture(e.thumbnail?.url)}
    >
      {e.description && <discord-embed-description slot="description"><Content text={e.description} names={names} light={light} /></discord-embed-description>}
      {e.fields?.length > 0 && (
        <discord-embed-fields slot="fields">
          {e.fields.map((f, i) => <discord-embed-field key={i} field-title={f.name} inline={f.inline || undefined}><Content text={f.value} names={names} light={light} /></discord-embed-field>)}
        </discord-embed-fields>
      )}
      {e.footer && <discord-embed-footer slot="footer" light-theme={light || undefined}>{e.footer.text}</discord-embed-footer>}
    </discord-embed>
  );
}

const styles = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'danger', 5: 'link' };

// Components are buttons and menus, and what stands around them.
function Components({ components, names, press, light }) {
  return components.map((c, i) => {
    switch (c.type) {
      case 1: // a row
        return <div className="row" key={i} role="group"><Components components={c.components} names={names} press={press} light={light} /></div>;
      case 2:
        if (c.url) return <Link key={i} to={c.url} className="element link">{c.label}</Link>;
        return <button key={i} type="button" className={`element ${styles[c.style]}`} disabled={c.disabled} onClick={() => press(c.custom_id)}>{c.label}</button>;
      case 3: // a menu
        return (
          <select key={i} className="element" aria-label={c.placeholder ?? 'Choose'} disabled={c.disabled} value="" onChange={(e) => press(c.custom_id, e.target.value)}>
            <option value="">{c.placeholder ?? 'Choose'}</option>
            {c.options.map((o) => <option key={o.value} value={o.value}>{o.label}</option>)}
          </select>
        );
      case 10: // text
        return <Content key={i} text={c.content} names={names} light={light} />;
      case 14: // a line
        return <hr key={i} />;
      case 17: // a box
        return <div key={i} className="container"><Components components={c.components} names={names} press={press} light={light} /></div>;
      default:
        return <p key={i} className="unknown" role="alert">The page does not know the component {c.type}.</p>;
    }
  });
}

// Modal is a form of the app.
function Modal({ form, names, error, onSubmit, onClose }) {
  const parts = form.components.map(part);
  const [values, setValues] = useState(() => Object.fromEntries(parts.filter((p) => p.field).map((p) => [p.field.name, p.value])));
  const submit = (e) => {
    e.preventDefault();
    onSubmit(values);
  };
  return (
    <Dialog id={`modal-${form.custom_id}`} title={form.title} kind="modal" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <div className="body">
          {parts.map((p, i) => (p.field
            ? <Field key={p.field.name} field={p.field} value={values[p.field.name]} onChange={(v) => setValues({ ...values, [p.field.name]: v })} />
            : <div key={i}><Content text={p.text} names={names} /></div>))}
        </div>
        {error && <p className="fault" role="alert">{error}</p>}
        <p className="buttons">
          <button type="button" className="element secondary" onClick={onClose}>Cancel</button>
          <button className="element primary">Submit</button>
        </p>
      </form>
    </Dialog>
  );
}

// part is a component of a form: a text, or an input with its label.
function part(outer) {
  const c = outer.component ?? outer.components?.[0] ?? outer;
  if (c.type === 10) return { text: c.content };
  const options = c.options?.map((o) => ({ value: o.value, label: o.label }));
  const first = options?.length ? c.options.filter((o) => o.default).map((o) => o.value).join('\n') : c.value ?? '';
  return {
    value: c.type === 23 ? String(c.default === true) : first,
    field: {
      name: c.custom_id, id: `input-${c.custom_id}`, label: outer.label ?? c.label, hint: outer.description, required: c.required !== false && c.type !== 23, placeholder: c.placeholder,
      long: c.style === 2, type: c.type === 23 ? 'box' : undefined, many: c.type === 22 || (c.type === 3 && c.max_values > 1), options: c.type === 23 ? undefined : options,
    },
  };
}
