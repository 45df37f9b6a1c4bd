// Reads lines of JSON, {name, kind, body}, and says which bodies the builders of
// discord.js refuse: messages, modals, commands, choices.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import {
  ContextMenuCommandAssertions, EmbedBuilder, ModalAssertions, SlashCommandAssertions, SlashCommandStringOption, createComponentBuilder, embedLength,
} from "@discordjs/builders";

function embed(e) {
  const b = new EmbedBuilder();
  const set = (name, ...value) => value[0] && b[name](...value);
  set("setTitle", e.title);
  set("setDescription", e.description);
  set("setURL", e.url);
  set("setColor", e.color);
  if (e.timestamp) b.setTimestamp(new Date(e.timestamp));
  if (e.author?.name) b.setAuthor({ name: e.author.name, url: e.author.url || undefined, iconURL: e.author.icon_url || undefined });
  if (e.footer?.text) b.setFooter({ text: e.footer.text, iconURL: e.footer.icon_url || undefined });
  set("setImage", e.image?.url);
  set("setThumbnail", e.thumbnail?.url);
  b.addFields(e.fields ?? []);
  return embedLength(b.toJSON());
}

const kinds = {
  message(body) {
    for (const c of body.components ?? []) createComponentBuilder(c).toJSON();
    const sum = (body.embeds ?? []).reduce((n, e) => n + embed(e), 0);
    if (sum > 6000) throw new Error(`the embeds have ${sum} characters`);
  },
  modal(body) {
    ModalAssertions.titleValidator.parse(body.title);
    for (const c of body.components) createComponentBuilder(c).toJSON();
  },
  choices(body) {
    if (typeof (body.choices[0]?.value ?? "") === "string") new SlashCommandStringOption().addChoices(body.choices);
  },
  commands(body) {
    for (const c of body) {
      if ((c.type ?? 1) !== 1) ContextMenuCommandAssertions.validateName(c.name);
      else options(c);
    }
  },
};

function options(c) {
  SlashCommandAssertions.validateName(c.name);
  SlashCommandAssertions.validateDescription(c.description);
  SlashCommandAssertions.validateMaxOptionsLength(c.options ?? []);
  for (const o of c.options ?? []) {
    options(o);
    if (o.type === 3 && o.choices) new SlashCommandStringOption().addChoices(o.choices);
  }
}

// bare takes out what is null, which Discord does not mind and the builders do.
function bare(v) {
  if (Array.isArray(v)) return v.map(bare);
  if (v === null || typeof v !== "object") return v;
  return Object.fromEntries(Object.entries(v).filter(([, e]) => e !== null).map(([k, e]) => [k, bare(e)]));
}

let read = 0, faults = 0;
for await (const line of createInterface({ input: createReadStream(process.argv[2]) })) {
  const { name, kind, body } = JSON.parse(line);
  read++;
  try {
    kinds[kind](bare(body));
  } catch (e) {
    if (++faults <= 20) console.log(`${name}: ${String(e.message || e).slice(0, 400)} in ${JSON.stringify(body).slice(0, 400)}`);
  }
}
console.log(`${read} bodies that the fake took, ${faults} faults`);
process.exit(faults > 0 ? 1 : 0);
