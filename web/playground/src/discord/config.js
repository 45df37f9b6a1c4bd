// The components would fetch avatars from Discord: theirs are the page's own.
// They would also take long numbers in titles for emoji, and fetch these: there are none.
globalThis.$discordMessage = {
  emojis: new Proxy({}, { get: () => ({}) }),
  avatars: Object.fromEntries(['default', 'blue', 'gray', 'green', 'orange', 'red', 'pink'].map((name) => [name, './person.svg'])),
};
