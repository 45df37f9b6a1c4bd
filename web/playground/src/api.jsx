import { createContext, useContext, useEffect, useRef, useState } from 'react';

// What the page knows of a fake messenger, and lets people do there. All addresses are
// relative to the page's own, which has the token.

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function about() {
  return (await fetch('about')).json();
}

// act runs a control of a platform. It throws what the fake objects to.
export async function act(platform, control, body) {
  const answer = await fetch(`${platform}/_control/${control}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const result = await answer.json();
  if (!result.ok) throw new Error(result.error);
  return result;
}

// usePlatform is a channel of a platform as a user sees it, always in its newest version:
// every question names the version that was shown last, so that nothing is missed between
// two. A name stands for a user, as the same people are at all platforms.
export function usePlatform(platform, who, channel, shown) {
  const [page, setPage] = useState(null);
  const [lost, setLost] = useState(false);
  const ids = useRef({});
  useEffect(() => {
    if (!shown) return undefined;
    const leaving = new AbortController();
    (async () => {
      let version = '';
      while (!leaving.signal.aborted) {
        try {
          const asked = new URLSearchParams({ user: ids.current[who] ?? '', channel });
          if (version !== '') asked.set('after', version);
          const answer = await fetch(`${platform}/_control/page?${asked}`, { signal: leaving.signal });
          if (!answer.ok) throw new Error(answer.statusText);
          const next = await answer.json();
          for (const u of next.users) ids.current[u.name] = u.id;
          const wanted = ids.current[who];
          if (wanted && next.user !== wanted) continue; // the first answer says who is there
          version = next.version;
          setPage(next);
          setLost(false);
        } catch (e) {
          if (leaving.signal.aborted) return;
          setLost(true);
          version = '';
          await wait(1000);
        }
      }
    })();
    return () => leaving.abort();
  }, [platform, who, channel, shown]);
  return { page, lost };
}

// picture is where the server gives a picture of a message, which the page itself never
// asks others for.
export function picture(address) {
  return address ? `picture?address=${encodeURIComponent(address)}` : undefined;
}

// href is an address that may be followed; anything but the web is none.
export function href(address) {
  try {
    return ['http:', 'https:', 'mailto:'].includes(new URL(address).protocol) ? address : undefined;
  } catch {
    return undefined;
  }
}

// Places says which channel of the page an address within a messenger is of, and goes there.
export const Places = createContext({ find: () => undefined, go: () => {} });

// Link leads to a channel of the page, or elsewhere, in a page of its own that learns nothing
// of this one.
export function Link({ to, children, ...rest }) {
  const places = useContext(Places);
  const target = href(to);
  if (!target) return <span {...rest}>{children}</span>;
  const place = places.find(target);
  const follow = place && ((e) => { e.preventDefault(); places.go(place); });
  return <a href={target} target="_blank" rel="noopener noreferrer" {...rest} onClick={follow ?? rest.onClick}>{children}</a>;
}
