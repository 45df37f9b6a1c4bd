// Some colours of the components are too faint to be read by everybody. Theirs are in shadow
// roots, so what is to hold instead is added to each component's own styles.
const better = {
  'discord-message': '.discord-message-timestamp, .discord-message-edited, .discord-message-ephemeral { color: var(--soft) !important }',
  'discord-embed': '.discord-embed-title a { color: var(--link) !important } .discord-embed-provider { color: var(--soft) !important }',
  'discord-embed-footer': ':host, span { color: var(--soft) !important }',
  'discord-subscript': 'small, span { color: var(--soft) !important }',
  'discord-mention': ':host { color: var(--mention) !important; background: var(--mentioned) !important }',
  'discord-verified-author-tag': '.discord-application-tag { background: #4752c4 !important }',
};

for (const [name, text] of Object.entries(better)) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  customElements.get(name).elementStyles.push(sheet);
}
