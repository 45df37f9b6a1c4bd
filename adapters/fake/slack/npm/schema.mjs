// Reads lines of JSON, {name, surface, blocks} or {name, view}, and says which of them
// do not validate against the JSON Schema that is made of @slack/types. What Slack's
// documentation has and these types do not is taken out first.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
import { createGenerator } from "ts-json-schema-generator";

const types = fileURLToPath(new URL("node_modules/@slack/types/dist/index.d.ts", import.meta.url));
const ajv = new Ajv({ strict: false });
for (const [key, type] of [["blocks", "KnownBlock"], ["modal", "ModalView"], ["home", "HomeView"]]) {
  ajv.addSchema(createGenerator({ path: types, type, skipTypeCheck: true }).createSchema(type), key);
}
const definitions = {
  actions: "ActionsBlock", alert: "AlertBlock", card: "CardBlock", carousel: "CarouselBlock", container: "ContainerBlock", context: "ContextBlock",
  context_actions: "ContextActionsBlock", data_table: "DataTableBlock", divider: "DividerBlock", file: "FileBlock", header: "HeaderBlock",
  image: "ImageBlock", input: "InputBlock", markdown: "MarkdownBlock", plan: "PlanBlock", rich_text: "RichTextBlock", section: "SectionBlock",
  table: "TableBlock", task_card: "TaskCardBlock", video: "VideoBlock",
};
const validators = Object.fromEntries(Object.entries(definitions).map(([t, d]) => [t, ajv.compile({ $ref: `blocks#/definitions/${d}` })]));
const views = { modal: ajv.compile({ $ref: "modal#/definitions/ModalView" }), home: ajv.compile({ $ref: "home#/definitions/HomeView" }) };

// missing are the fields that the types lack, by the type of their object.
const missing = { rich_text_list: ["offset"], rich_text_preformatted: ["language"], header: ["level"], card: ["subtext"] };
function strip(node) {
  if (Array.isArray(node)) return node.map(strip);
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(Object.entries(node).filter(([k]) => !missing[node.type]?.includes(k)).map(([k, v]) => [k, strip(v)]));
}

let read = 0, validated = 0, faults = 0;
const fault = (name, what) => { if (++faults <= 20) console.log(`${name}: ${what}`); };
const errors = (v) => JSON.stringify(v.errors.slice(0, 3).map((e) => [e.instancePath, e.message, e.params]));
for await (const line of createInterface({ input: createReadStream(process.argv[2]) })) {
  const { name, blocks, view } = JSON.parse(line);
  read++;
  if (view) {
    const validate = views[view.type];
    const { submit_disabled, ...known } = view;
    if (!validate) fault(name, `a view of type ${view.type}`);
    else if (!validate(known)) fault(name, errors(validate));
  }
  for (const block of strip(blocks ?? view?.blocks ?? [])) {
    if (block.type === "data_visualization") continue; // the types do not have it
    validated++;
    const validate = validators[block.type];
    if (!validate) fault(name, `no schema for ${JSON.stringify(block).slice(0, 100)}`);
    else if (!validate(block)) fault(name, `${errors(validate)} in ${JSON.stringify(block).slice(0, 300)}`);
  }
}
console.log(`${read} accepted messages and views, ${validated} blocks validated, ${faults} faults`);
process.exit(faults > 0 ? 1 : 0);
