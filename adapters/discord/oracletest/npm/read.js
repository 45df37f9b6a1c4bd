// Reads message bodies, one JSON object a line, and writes for each what others
// make of it: the content by discord-markdown-parser as [text, style, link, live],
// and the first fault that @discordjs/builders finds in embeds and components.
'use strict';

const readline = require('node:readline');
const { parse } = require('discord-markdown-parser');
const { EmbedBuilder, createComponentBuilder } = require('@discordjs/builders');

const styles = { strong: 1, em: 2, strikethrough: 4, underline: 8, spoiler: 16 };

// say adds text, which is one piece even where the parser parts it.
function say(out, text, style) {
  const last = out[out.length - 1];
  if (last && last[1] === style && !last[2] && !last[3]) last[0] += text;
  else out.push([text, style, '', '']);
}

// flat lists the leaves of a tree with the styles around them.
function flat(nodes, style, out) {
  for (const n of nodes) {
    switch (n.type) {
      case 'text':
        say(out, n.content, style);
        break;
      case 'twemoji':
        say(out, n.name, style);
        break;
      case 'inlineCode':
        say(out, n.content, style | 32);
        break;
      case 'codeBlock':
        say(out, n.content, style | 64);
        break;
      case 'br':
      case 'newline':
        break;
      case 'autolink':
        out.push(['', style, n.target, '']);
        break;
      case 'link':
        flat(n.content, style, out);
        out.push(['', style, n.target, '']);
        break;
      case 'url':
        flat(n.content, style, out);
        out.push(['', style, n.target, 'bare']);
        break;
      case 'strong':
      case 'em':
      case 'strikethrough':
      case 'underline':
      case 'spoiler':
        flat(n.content, style | styles[n.type], out);
        break;
      case 'heading':
      case 'subtext':
      case 'blockQuote':
        flat(n.content, style, out);
        break;
      default:
        out.push(['', style, '', n.type]);
    }
  }
  return out;
}

// fault is the first thing that the builders refuse.
function fault(body) {
  try {
    for (const c of body.components) createComponentBuilder(c).toJSON();
    for (const e of body.embeds) {
      const b = new EmbedBuilder();
      b.setTitle(e.title).setURL(e.url);
      if (e.description) b.setDescription(e.description);
      if (e.author) b.setAuthor(e.author);
      if (e.footer) b.setFooter(e.footer);
      if (e.image) b.setImage(e.image.url);
      if (e.thumbnail) b.setThumbnail(e.thumbnail.url);
      b.toJSON();
    }
    return '';
  } catch (e) {
    return String(e.message || e) || 'refused';
  }
}

const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on('line', (line) => {
  const body = JSON.parse(line);
  const read = { pieces: flat(parse(body.content, 'extended'), 0, []), fault: fault(body) };
  process.stdout.write(JSON.stringify(read) + '\n');
});
