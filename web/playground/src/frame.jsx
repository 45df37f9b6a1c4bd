import { useEffect, useRef, useState } from 'react';

// Pane is one messenger: which channel it shows, and what stands there.
export function Pane({ name, kind, page, lost, error, onChannel, actions, children }) {
  return (
    <section className={`pane ${kind}`} aria-label={name}>
      <header>
        <h2>{name}</h2>
        {page && (
          <label>
            <span className="unseen">Channel at {name}</span>
            <select value={page.channel} onChange={(e) => onChannel(e.target.value)}>
              {page.channels.map((c) => <option key={c.id} value={c.id}>{c.direct ? 'Direct message' : `# ${c.name}`}</option>)}
            </select>
          </label>
        )}
        {actions}
        <span className="state" role="status">{lost ? 'The program has ended' : page && !page.connected ? 'aidesk is not connected' : ''}</span>
      </header>
      {error && <p className="fault" role="alert">{error}</p>}
      {children}
    </section>
  );
}

// Log is the list of messages. It stays at its end until the reader scrolls back.
export function Log({ name, count, children }) {
  const box = useRef(null);
  const atEnd = useRef(true);
  const top = useRef(0);
  useEffect(() => {
    const b = box.current;
    const follow = () => { if (atEnd.current) b.scrollTop = b.scrollHeight; };
    follow();
    const grown = new ResizeObserver(follow); // pictures come later
    for (const child of b.children) grown.observe(child);
    return () => grown.disconnect();
  }, [count]);
  return (
    <div
      ref={box} className="log" role="log" aria-label={`Messages at ${name}`} tabIndex={0}
      onScroll={({ target: b }) => {
        // What has grown since it was scrolled is no sign of the reader.
        if (b.scrollTop < top.current - 2) atEnd.current = false;
        if (b.scrollHeight - b.scrollTop - b.clientHeight < 80) atEnd.current = true;
        top.current = b.scrollTop;
      }}
    >
      {children}
    </div>
  );
}

// Tools are what can be done with a message, and the JSON of which it is made.
export function Tools({ message, menu, onReply, onMenu, onEdit, onDelete, canReply }) {
  const [open, setOpen] = useState(false);
  const [editing, setEditing] = useState(null);
  return (
    <div className="tools">
      {canReply && <button type="button" onClick={onReply}>Reply</button>}
      {!message.ephemeral && menu.map((m) => <button type="button" key={m} onClick={() => onMenu(m)}>{m.replaceAll('_', ' ')}</button>)}
      {message.own && <button type="button" onClick={() => setEditing(message.body.content ?? message.body.text)}>Edit message</button>}
      {message.own && <button type="button" onClick={onDelete}>Delete</button>}
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>JSON</button>
      {editing !== null && (
        <form className="edit" onSubmit={(e) => { e.preventDefault(); onEdit(editing); setEditing(null); }}>
          <input aria-label="Say something else" value={editing} onChange={(e) => setEditing(e.target.value)} autoFocus />
          <button>Save</button>
        </form>
      )}
      {open && <pre className="json" tabIndex={0} aria-label="What the messenger was sent">{JSON.stringify(message.body, null, 2)}</pre>}
    </div>
  );
}

// Dialog is a form of the app above a messenger. Escape closes it, and the focus goes back to
// where it was.
export function Dialog({ id, title, kind, onClose, children }) {
  const box = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    (box.current.querySelector('input, textarea, select') ?? box.current).focus();
    return () => before?.focus?.();
  }, [id]);
  const pressed = (e) => {
    if (e.key === 'Escape') onClose();
    if (e.key !== 'Tab') return;
    const all = [...box.current.querySelectorAll('button:not([disabled]), input, textarea, select, a[href]')];
    const [first, last] = [all[0], all[all.length - 1]];
    if (e.shiftKey ? document.activeElement === first : document.activeElement === last) {
      e.preventDefault();
      (e.shiftKey ? last : first).focus();
    }
  };
  return (
    <div className="veil">
      <div ref={box} className={`dialog ${kind}`} role="dialog" aria-modal="true" aria-labelledby={`${id}-title`} tabIndex={-1} onKeyDown={pressed}>
        <h3 id={`${id}-title`}>{title}</h3>
        {children}
      </div>
    </div>
  );
}

// Field is an input of a form, whatever the messenger calls it. The values of several choices
// stand one a line.
export function Field({ field, value, onChange, fault }) {
  const { id, label, hint, type, options, many, required, long, placeholder, min, max } = field;
  const about = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ') || undefined;
  const common = { id, 'aria-describedby': about, 'aria-invalid': fault ? true : undefined, required: required && !many, placeholder };
  const chosen = (value ?? '').split('\n').filter(Boolean);
  const notes = (
    <>
      {hint && <small id={`${id}-hint`}>{hint}</small>}
      {fault && <strong className="fault" id={`${id}-fault`}>{fault}</strong>}
    </>
  );
  if (many) {
    const toggle = (v, on) => onChange(options.map((o) => o.value).filter((o) => (o === v ? on : chosen.includes(o))).join('\n'));
    return (
      <fieldset className="input" aria-describedby={about}>
        <legend>{label}{required && <Required />}</legend>
        {options.map((o) => (
          <label key={o.value}><input type="checkbox" checked={chosen.includes(o.value)} onChange={(e) => toggle(o.value, e.target.checked)} />{o.label}</label>
        ))}
        {notes}
      </fieldset>
    );
  }
  let input;
  if (type === 'box') {
    input = <input {...common} type="checkbox" checked={value === 'true'} onChange={(e) => onChange(String(e.target.checked))} />;
  } else if (options) {
    input = (
      <select {...common} value={value ?? ''} onChange={(e) => onChange(e.target.value)}>
        <option value="">{placeholder || 'Choose'}</option>
        {options.map((o) => <option key={o.value} value={o.value}>{o.label}</option>)}
      </select>
    );
  } else if (long) {
    input = <textarea {...common} rows={4} value={value ?? ''} onChange={(e) => onChange(e.target.value)} />;
  } else {
    input = <input {...common} type={type ?? 'text'} step={type === 'number' ? 'any' : undefined} min={min} max={max} value={value ?? ''} onChange={(e) => onChange(e.target.value)} />;
  }
  return (
    <div className="input">
      <label htmlFor={id}>{label}{required && <Required />}</label>
      {input}
      {notes}
    </div>
  );
}

function Required() {
  return <span className="required" title="must be filled in"> *</span>;
}

// useActions runs what people do, and keeps what the messenger objects to.
export function useActions(act) {
  const [error, setError] = useState('');
  const run = async (control, body) => {
    setError('');
    try {
      await act(control, body);
      return true;
    } catch (e) {
      setError(e.message);
      return false;
    }
  };
  return [run, error, setError];
}
