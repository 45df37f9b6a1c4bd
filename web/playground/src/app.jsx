import { useEffect, useMemo, useState } from 'react';
import { about as askAbout, act, usePlatform } from './api.jsx';
import { Composer } from './composer.jsx';
import { SlackPane } from './slack/pane.jsx';
import { DiscordPane } from './discord/pane.jsx';

const panes = { slack: SlackPane, discord: DiscordPane };
const names = { slack: 'Slack', discord: 'Discord' };

// useTheme is the theme that is wanted, and the one that is shown.
function useTheme() {
  const [wanted, want] = useState(localStorage.getItem('theme') ?? 'auto');
  const dark = useMemo(() => matchMedia('(prefers-color-scheme: dark)'), []);
  const [system, setSystem] = useState(dark.matches);
  useEffect(() => {
    const changed = (e) => setSystem(e.matches);
    dark.addEventListener('change', changed);
    return () => dark.removeEventListener('change', changed);
  }, [dark]);
  const theme = wanted === 'auto' ? (system ? 'dark' : 'light') : wanted;
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem('theme', wanted);
  }, [theme, wanted]);
  return { wanted, want, theme };
}

// linked is the message to which a permalink leads: #slack/CHANNEL/MESSAGE.
function linked() {
  const [platform, channel, message] = location.hash.slice(1).split('/').map(decodeURIComponent);
  return { platform, channel, message };
}

export function App() {
  const [about, setAbout] = useState(null);
  useEffect(() => { askAbout().then(setAbout); }, []);
  if (!about) return <p className="loading" role="status">Loading…</p>;
  return <Playground about={about} />;
}

function Playground({ about }) {
  const { wanted, want, theme } = useTheme();
  const link = useMemo(linked, []);
  const [view, setView] = useState(link.platform || (about.platforms.length > 1 ? 'both' : about.platforms[0]));
  const [who, setWho] = useState('ada');
  const [channels, setChannels] = useState({ [link.platform]: link.channel });
  const [thread, setThread] = useState({}); // by platform: where a reply goes
  const slack = usePlatform('slack', who, channels.slack ?? '', about.platforms.includes('slack'));
  const discord = usePlatform('discord', who, channels.discord ?? '', about.platforms.includes('discord'));
  const all = { slack, discord };
  const shown = about.platforms.filter((p) => view === 'both' || view === p);

  // people are the users of all platforms; who administers one is said so.
  const people = new Map();
  for (const p of about.platforms) {
    for (const u of all[p].page?.users ?? []) {
      const known = people.get(u.name) ?? { name: u.name, label: u.real_name, standing: '' };
      people.set(u.name, { ...known, standing: known.standing || u.standing });
    }
  }
  const choose = (platform, id) => {
    setThread({});
    setChannels((before) => ({ ...before, [platform]: id }));
  };
  return (
    <div className="app">
      <header className="bar">
        <h1><img src="./app.svg" alt="" width="24" height="24" />aidesk playground</h1>
        <label>You are{' '}
          <select value={who} onChange={(e) => { setWho(e.target.value); setThread({}); }}>
            {[...people.values()].map((u) => (
              <option key={u.name} value={u.name}>{u.label}{u.standing && ` (${u.standing})`}</option>
            ))}
          </select>
        </label>
        {about.platforms.length > 1 && (
          <fieldset className="switch">
            <legend>Show</legend>
            {['both', ...about.platforms].map((v) => (
              <label key={v}><input type="radio" name="view" checked={view === v} onChange={() => setView(v)} />{names[v] ?? 'Both'}</label>
            ))}
          </fieldset>
        )}
        <label>Theme{' '}
          <select value={wanted} onChange={(e) => want(e.target.value)}>
            <option value="auto">as the system</option>
            <option value="light">light</option>
            <option value="dark">dark</option>
          </select>
        </label>
      </header>
      <main className={`panes panes-${shown.length}`}>
        {shown.map((p) => {
          const Pane = panes[p];
          return (
            <Pane
              key={p} name={names[p]} theme={theme} {...all[p]} highlight={link.platform === p ? link.message : ''}
              act={(control, body) => act(p, control, { user: all[p].page.user, channel: all[p].page.channel, ...body })}
              onChannel={(id) => choose(p, id)}
              onReply={(to) => setThread((before) => ({ ...before, [p]: to }))}
            />
          );
        })}
      </main>
      <Composer about={about} shown={shown} pages={all} names={names} thread={thread} setThread={setThread} />
    </div>
  );
}
