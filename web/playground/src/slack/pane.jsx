import { useEffect, useMemo, useState } from 'react';
import { Places } from '../api.jsx';
import { Log, Pane, Tools, useActions } from '../frame.jsx';
import { Blocks, Markup } from './blocks.jsx';
import { Home, Modal } from './view.jsx';

// SlackPane shows a channel of Slack: threads below their first message, modals, and the
// home page of the app.
export function SlackPane({ name, theme, page, lost, highlight, act, onChannel, onReply }) {
  const [home, setHome] = useState(false);
  const [run, error, setError] = useActions(act);
  useEffect(() => { if (home) run('home', { tab: 'home' }); }, [home, page?.user]); // eslint-disable-line
  useHighlight(highlight, page);
  const form = page?.forms[page.forms.length - 1];
  const names = page && {
    users: [...page.users, page.app].map((u) => ({ id: u.id, name: u.name })),
    channels: page.channels.map((c) => ({ id: c.id, name: c.name || 'direct message' })),
  };
  // An address below archives is of a channel, or of the direct message with a member.
  const direct = page?.channels.find((c) => c.direct)?.id;
  const places = useMemo(() => ({
    find: (to) => {
      const id = to.startsWith(`${page?.base}/archives/`) && /archives\/(\w+)/.exec(to)[1];
      return id && (id.startsWith('U') ? direct : id);
    },
    go: onChannel,
  }), [page?.base, direct]); // eslint-disable-line
  const press = (where) => (action, value) => run('press', { ...where, action, value });
  const message = (m) => (
    <Message
      key={m.id} message={m} names={names} theme={theme} menu={page.menu} press={press({ ts: m.id })}
      onReply={() => onReply(m.thread)} onMenu={(callback) => run('shortcut', { ts: m.id, callback })}
      onEdit={(text) => run('edit', { ts: m.id, text, raw: true })} onDelete={() => run('delete', { ts: m.id })}
    />
  );
  return (
    <Places value={places}>
      <Pane
        name={name} kind="slack" page={page} lost={lost} error={form ? '' : error} onChannel={(id) => { setHome(false); onChannel(id); }}
        actions={page?.has_home && <button type="button" aria-pressed={home} onClick={() => setHome(!home)}>Home of aidesk</button>}
      >
        <div className="surface">
          {page && (home ? (
            <Home view={page.home} names={names} theme={theme} press={page.home && press({ view: page.home.id })} />
          ) : (
            <Log name={name} count={page.version}>
              {page.messages.length === 0 && <p className="empty">Nothing was said here yet.</p>}
              {page.messages.map((m) => (
                <div className="conversation" key={m.id}>
                  {message(m)}
                  {m.replies.length > 0 && <div className="thread" role="group" aria-label="Thread">{m.replies.map(message)}</div>}
                  {m.status && <p className="status" role="status">aidesk {m.status}</p>}
                </div>
              ))}
            </Log>
          ))}
          {form && (
            <Modal
              key={`${form.id} ${form.hash}`} view={form} names={names} theme={theme} error={error} press={press({ view: form.id })}
              onSubmit={(values) => run('submit', { view: form.id, values })}
              onClose={() => { setError(''); run('close', { view: form.id }); }}
            />
          )}
        </div>
      </Pane>
    </Places>
  );
}

// useHighlight scrolls to the message of a permalink, once it is there.
export function useHighlight(id, page) {
  const there = Boolean(id && page);
  useEffect(() => {
    if (there) document.getElementById(`m${id}`)?.scrollIntoView({ block: 'center' });
  }, [id, there]);
}

function Message({ message: m, names, theme, menu, press, ...tools }) {
  const { body } = m;
  return (
    <article id={`m${m.id}`} className={`message${m.ephemeral ? ' only' : ''}`} aria-label={`${m.author}, ${clock(m.time)}`}>
      <img className="avatar" src={m.from_app ? './app.svg' : './person.svg'} alt="" />
      <div className="said">
        {m.ephemeral && <p className="note">Only visible to you</p>}
        <p className="author"><b>{m.author}</b>{m.from_app && <span className="badge">APP</span>} <time dateTime={m.time}>{clock(m.time)}</time></p>
        <div className="text">
          {body.blocks ? <Blocks blocks={body.blocks} names={names} theme={theme} press={press} /> : <Markup text={body.text} names={names} theme={theme} />}
          {m.edited && <span className="note"> (edited)</span>}
        </div>
        {(body.files ?? []).map((f) => (
          <p className="file" key={f.id}><a href={`slack/files/${f.id}`} target="_blank" rel="noopener noreferrer">{f.title || f.name}</a> <small>{f.mimetype}, {f.size} bytes</small></p>
        ))}
        {(body.reactions ?? []).map((r) => <span className="reaction" key={r.name}>:{r.name}: {r.count}</span>)}
        <Tools message={m} menu={menu} canReply={!m.ephemeral} {...tools} />
      </div>
    </article>
  );
}

export const clock = (time) => new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
