import { useEffect, useId, useRef, useState } from 'react';
import { act } from './api.jsx';

// Composer is where people write: one message for all platforms that are shown, into a
// channel or into a thread, with files. What begins with a slash is a command, which is
// completed as it is typed.
export function Composer({ about, shown, pages, names, thread, setThread }) {
  const [text, setText] = useState('');
  const [files, setFiles] = useState([]);
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const [to, setTo] = useState({});
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef(null);
  const list = useId();
  const targets = shown.filter((p) => to[p] !== false && pages[p].page);
  const offers = useOffers(open ? text : '', about, targets, pages);
  const replies = targets.filter((p) => thread[p]);
  useEffect(() => { if (replies.length) input.current.focus(); }, [thread]); // eslint-disable-line

  const take = (offer) => {
    setText(offer.text);
    setAt(-1);
    setOpen(!offer.last);
    input.current.focus();
  };
  const send = async (e) => {
    e?.preventDefault();
    if (!text.trim() && files.length === 0) return;
    setBusy(true);
    setError('');
    const said = await Promise.allSettled(targets.map((p) => {
      const { user, channel } = pages[p].page;
      const reply = thread[p] ? (p === 'slack' ? { thread: thread[p] } : { channel: thread[p] }) : {};
      return act(p, 'say', { user, channel, text, files, ...reply });
    }));
    setBusy(false);
    const faults = said.flatMap((s, i) => (s.status === 'rejected' ? [`${names[targets[i]]}: ${s.reason.message}`] : []));
    setError(faults.join(' · '));
    if (faults.length < targets.length || targets.length === 0) {
      setText('');
      setFiles([]);
      setOpen(false);
    }
    input.current.focus();
  };
  const pressed = (e) => {
    if (open && offers.length > 0) {
      if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
        e.preventDefault();
        const step = e.key === 'ArrowDown' ? 1 : -1;
        setAt((at + step + offers.length) % offers.length);
        return;
      }
      if (e.key === 'Tab' || (e.key === 'Enter' && at >= 0)) {
        e.preventDefault();
        take(offers[Math.max(at, 0)]);
        return;
      }
      if (e.key === 'Escape') {
        setOpen(false);
        return;
      }
    }
    if (e.key === 'Enter' && !e.shiftKey) send(e);
  };
  const attach = async (e) => {
    const chosen = await Promise.all([...e.target.files].map(async (f) => ({ name: f.name, type: f.type, content: await base64(f) })));
    e.target.value = '';
    setFiles([...files, ...chosen]);
  };
  return (
    <form className="composer" onSubmit={send} aria-label="Write a message">
      {about.try.length > 0 && (
        <p className="try">
          <span>Try</span>
          {about.try.map((t) => <button type="button" key={t} onClick={() => { setText(`@aidesk ${t}`); input.current.focus(); }}>{t}</button>)}
        </p>
      )}
      {replies.length > 0 && (
        <p className="into">
          Replying in a thread at {replies.map((p) => names[p]).join(' and ')}{' '}
          <button type="button" onClick={() => setThread({})}>Back to the channel</button>
        </p>
      )}
      {files.length > 0 && (
        <p className="into">
          {files.map((f) => f.name).join(', ')} <button type="button" onClick={() => setFiles([])}>Remove</button>
        </p>
      )}
      {error && <p className="fault" role="alert">{error}</p>}
      <div className="line">
        <div className="field">
          <textarea
            ref={input} value={text} rows={Math.min(6, text.split('\n').length)} aria-label="Message" placeholder="Ask @aidesk something, or type / for commands"
            role="combobox" aria-expanded={open && offers.length > 0} aria-controls={list} aria-autocomplete="list"
            aria-activedescendant={at >= 0 ? `${list}-${at}` : undefined} autoFocus
            onChange={(e) => { setText(e.target.value); setOpen(e.target.value.startsWith('/')); setAt(-1); }} onKeyDown={pressed}
          />
          <ul id={list} role="listbox" aria-label="Commands" className="offers" hidden={!open || offers.length === 0}>
            {offers.map((o, i) => (
              <li key={o.text} id={`${list}-${i}`} role="option" aria-selected={i === at} onMouseDown={(e) => { e.preventDefault(); take(o); }}>
                <b>{o.label}</b> <span>{o.summary}</span>
              </li>
            ))}
          </ul>
        </div>
        <label className="attach" title="Attach a file">
          <span aria-hidden="true">+</span><span className="unseen">Attach files</span>
          <input type="file" multiple onChange={attach} />
        </label>
        <button className="send" disabled={busy || targets.length === 0}>Send</button>
      </div>
      {shown.length > 1 && (
        <fieldset className="targets">
          <legend>To</legend>
          {shown.map((p) => (
            <label key={p}><input type="checkbox" checked={to[p] !== false} onChange={(e) => setTo({ ...to, [p]: e.target.checked })} />{names[p]}</label>
          ))}
        </fieldset>
      )}
    </form>
  );
}

async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

// useOffers are the ways in which a command may go on: its verbs, and at Discord the values
// that the app suggests for what is being typed.
function useOffers(text, about, targets, pages) {
  const [values, setValues] = useState([]);
  const command = text.startsWith('/') ? text.slice(1) : '';
  const known = new Set(targets.flatMap((p) => pages[p].page.commands.map((c) => c.name)));
  const verbs = text.startsWith('/')
    ? about.verbs.filter((v) => known.has(v.usage.split(' ')[0]) && v.usage.startsWith(command.toLowerCase()))
    : [];
  const asks = verbs.length === 0 && targets.includes('discord') ? completing(command, pages.discord.page) : null;
  const key = asks && JSON.stringify(asks);
  useEffect(() => {
    setValues([]);
    if (!key) return undefined;
    let late = false;
    const { lead, ...body } = JSON.parse(key);
    act('discord', 'complete', body)
      .then(({ choices }) => { if (!late) setValues(choices.map((c) => ({ lead, name: c.name ?? c.Name, value: c.value ?? c.Value }))); })
      .catch(() => {}); // then there is nothing to offer
    return () => { late = true; };
  }, [key]);
  return [
    ...verbs.slice(0, 12).map((v) => ({ text: `/${v.usage} `, label: `/${v.usage}`, summary: v.summary })),
    ...values.slice(0, 12).map((v) => ({ text: v.lead + v.value, label: v.name, summary: '', last: true })),
  ];
}

// completing is what to ask the app for: the option of a Discord command that is being typed.
function completing(command, page) {
  const words = command.split(' ');
  let options = page.commands.find((c) => c.name === words[0])?.options;
  if (!options || words.length < 2) return null;
  const path = [];
  let rest = words.slice(1);
  for (let sub; (sub = options.find((o) => o.type <= 2 && o.name === rest[0])) && rest.length > 1; rest = rest.slice(1)) {
    path.push(sub.name);
    options = sub.options ?? [];
  }
  const option = options.find((o) => o.type > 2 && o.autocomplete);
  if (!option) return null;
  const typed = rest.join(' ');
  return {
    user: page.user, channel: page.channel, command: words[0], sub: path.join(' '), option: option.name, value: typed,
    lead: command.length > typed.length ? `/${command.slice(0, command.length - typed.length)}` : '/',
  };
}
