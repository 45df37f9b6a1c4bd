// A Bolt app as its documentation writes them: a mention is answered with a button, the
// button opens a modal, and its submission changes the message. Its arguments: socket
// or http.
import bolt from "@slack/bolt";

const { App, HTTPReceiver, LogLevel } = bolt;
const http = process.argv[2] === "http";
const { API, BOT_TOKEN, APP_TOKEN, SIGNING_SECRET } = process.env;
const common = { token: BOT_TOKEN, clientOptions: { slackApiUrl: API }, logLevel: LogLevel.WARN };
const receiver = http ? new HTTPReceiver({ signingSecret: SIGNING_SECRET, port: 0, endpoints: ["/slack/events", "/slack/commands", "/slack/interactivity"] }) : undefined;
const app = new App(http ? { ...common, receiver } : { ...common, appToken: APP_TOKEN, socketMode: true });

app.event("app_mention", async ({ event, say }) => {
  await say({
    text: "Press it", thread_ts: event.ts,
    blocks: [{ type: "actions", elements: [{ type: "button", action_id: "ask", text: { type: "plain_text", text: "Ask" }, value: event.ts }] }],
  });
});
app.action("ask", async ({ ack, body, client }) => {
  await ack();
  await client.views.open({
    trigger_id: body.trigger_id,
    view: {
      type: "modal", callback_id: "form", title: { type: "plain_text", text: "Form" }, submit: { type: "plain_text", text: "Send" },
      private_metadata: JSON.stringify({ channel: body.channel.id, ts: body.message.ts }),
      blocks: [{ type: "input", block_id: "name", label: { type: "plain_text", text: "Name" }, element: { type: "plain_text_input", action_id: "text" } }],
    },
  });
});
app.view("form", async ({ ack, view, client, body }) => {
  const name = view.state.values.name.text.value;
  if (name === "nobody") return ack({ response_action: "errors", errors: { name: "Somebody, please." } });
  await ack();
  const { channel, ts } = JSON.parse(view.private_metadata);
  await client.chat.update({ channel, ts, text: `Hello ${name} from <@${body.user.id}>`, blocks: [] });
});
app.command("/aidesk", async ({ command, ack, respond }) => {
  await ack({ text: `Wait, ${command.user_name}` });
  await respond({ text: `You said ${command.text}`, response_type: "in_channel" });
});
app.error(async (e) => { console.error(e); });

const server = await (http ? app.start({ port: 0, host: "127.0.0.1" }) : app.start());
console.log(http ? `up http://127.0.0.1:${server.address().port}` : "up");
process.stdin.on("end", () => process.exit(0)).resume();
