// Reads messages, one JSON object a line: {name, body, plain}. Every block must
// validate against the JSON Schema made from @slack/types; the fallback text, read by
// slack-message-parser, must hold no link, mention or command, and say exactly plain
// where that is given.
//
// Two fields of Slack's documentation are missing in @slack/types 3.2.0 and are taken
// out first: rich_text_list.offset and rich_text_preformatted.language.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import * as parser from "slack-message-parser";
import { createGenerator } from "ts-json-schema-generator";

const parse = parser.default?.default ?? parser.default;
const { NodeType } = parser.NodeType ? parser : parser.default;

const types = fileURLToPath(new URL("node_modules/@slack/types/dist/index.d.ts", import.meta.url));
const schema = createGenerator({ path: types, type: "KnownBlock", skipTypeCheck: true }).createSchema("KnownBlock");
const ajv = new Ajv({ strict: false, allErrors: false });
ajv.addSchema(schema, "slack");

// validators check blocks by their type, so that an error names the field.
const validators = {};
for (const [name, type] of Object.entries({
  ActionsBlock: "actions", ContextBlock: "context", ContextActionsBlock: "context_actions", DividerBlock: "divider", HeaderBlock: "header",
  RichTextBlock: "rich_text", SectionBlock: "section", TableBlock: "table",
})) {
  validators[type] = ajv.compile({ $ref: `slack#/definitions/${name}` });
}

function strip(node) {
  if (Array.isArray(node)) return node.map(strip);
  if (node === null || typeof node !== "object") return node;
  const out = {};
  for (const [key, value] of Object.entries(node)) {
    if (node.type === "rich_text_list" && key === "offset") continue;
    if (node.type === "rich_text_preformatted" && key === "language") continue;
    out[key] = strip(value);
  }
  return out;
}

const unescape = (s) => s.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);

// leaves are the texts of a tree, as they were written.
function leaves(node, found) {
  switch (node.type) {
    case NodeType.URL: case NodeType.UserLink: case NodeType.ChannelLink: case NodeType.Command:
      found.push(node.source);
  }
  for (const child of [...(node.children ?? []), ...(node.label ?? [])]) leaves(child, found);
}

function read(text, plain) {
  const tree = parse(text);
  const found = [];
  leaves(tree, found);
  if (found.length > 0) return `reads as markup: ${found.join(" ")}`;
  const said = unescape(tree.children.map((n) => n.source).join(""));
  if (plain !== undefined && said !== plain) return `reads as ${JSON.stringify(said)}, want ${JSON.stringify(plain)}`;
  return "";
}

let messages = 0, blocks = 0, texts = 0, faults = 0;
const fault = (name, what) => {
  if (++faults <= 20) console.log(`${name}: ${what}`);
};
for await (const line of createInterface({ input: createReadStream(process.argv[2]) })) {
  const { name, body, plain } = JSON.parse(line);
  messages++;
  for (const block of strip(body.blocks ?? [])) {
    blocks++;
    const validate = validators[block.type];
    if (!validate) fault(name, `no schema for ${block.type}`);
    else if (!validate(block)) fault(name, `${JSON.stringify(validate.errors.slice(0, 3))} in ${JSON.stringify(block).slice(0, 400)}`);
  }
  const wrong = read(body.text, plain);
  if (wrong) fault(name, wrong);
  if (plain !== undefined) texts++;
}
console.log(`${messages} messages, ${blocks} blocks validated, ${texts} texts compared, ${faults} faults`);
process.exit(faults > 0 ? 1 : 0);
