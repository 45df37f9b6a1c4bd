// A discord.js bot as its guide writes them: a mention is answered with a button, the
// button opens a modal, and its submission changes the message, opens a thread from it
// and writes there. A slash command completes, is deferred, answered and followed up; a
// command on messages answers with what it was used on.
import {
  ActionRowBuilder, ApplicationCommandType, ButtonBuilder, ButtonStyle, Client, ContextMenuCommandBuilder, EmbedBuilder, Events, GatewayIntentBits,
  LabelBuilder, MessageFlags, ModalBuilder, Partials, SlashCommandBuilder, TextInputBuilder, TextInputStyle, ThreadAutoArchiveDuration,
} from "discord.js";

const { API, TOKEN } = process.env;
const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
  partials: [Partials.Channel], allowedMentions: { parse: [] }, rest: { api: API },
});

client.on(Events.MessageCreate, async (message) => {
  if (message.author.bot || !message.mentions.has(client.user)) return;
  await message.channel.sendTyping();
  const button = new ButtonBuilder().setCustomId("ask").setLabel("Ask").setStyle(ButtonStyle.Primary);
  await message.reply({
    content: "Press it", components: [new ActionRowBuilder().addComponents(button)],
    embeds: [new EmbedBuilder().setTitle("A page").setURL("https://example.com/").setDescription("words").setTimestamp(0)],
    files: [{ attachment: Buffer.from("# words"), name: "answer.md", description: "all of it" }],
  });
});

async function button(i) {
  const input = new TextInputBuilder().setCustomId("name").setStyle(TextInputStyle.Short).setMaxLength(10);
  const label = new LabelBuilder().setLabel("Name").setTextInputComponent(input);
  await i.showModal(new ModalBuilder().setCustomId("form").setTitle("Form").addLabelComponents(label));
}

async function submit(i) {
  await i.update({ content: `Hello ${i.fields.getTextInputValue("name")}`, components: [], embeds: [] });
  const thread = await i.message.startThread({ name: "More", autoArchiveDuration: ThreadAutoArchiveDuration.OneDay });
  const first = await thread.send("In the thread");
  await first.edit("In the thread, edited");
  const before = await i.channel.messages.fetch({ limit: 10 });
  await thread.send(`The channel has ${before.size} messages`);
}

async function command(i) {
  await i.deferReply({ flags: MessageFlags.Ephemeral });
  await i.editReply(`You said ${i.options.getString("what")}`);
  await i.followUp({ content: `To everybody, by ${i.user.username}`, allowedMentions: { parse: [] } });
  await i.user.send("And to you");
}

client.on(Events.InteractionCreate, async (i) => {
  if (i.isButton()) await button(i);
  if (i.isModalSubmit()) await submit(i);
  if (i.isAutocomplete()) await i.respond([{ name: `${i.options.getFocused()}!`, value: i.options.getFocused() }]);
  if (i.isChatInputCommand()) await command(i);
  if (i.isMessageContextMenuCommand()) await i.reply({ content: `It says ${i.targetMessage.content}`, flags: MessageFlags.Ephemeral });
});
client.on(Events.Error, (e) => console.error(e));
process.on("unhandledRejection", (e) => console.log("fault", e));

client.once(Events.ClientReady, async () => {
  await client.application.commands.set([
    new SlashCommandBuilder().setName("aidesk").setDescription("The desk").addSubcommand((s) => s.setName("ask").setDescription("Ask it")
      .addStringOption((o) => o.setName("what").setDescription("What").setRequired(true).setAutocomplete(true))),
    new ContextMenuCommandBuilder().setName("Ask aidesk").setType(ApplicationCommandType.Message),
  ]);
  console.log("up");
});
await client.login(TOKEN);
process.stdin.on("end", async () => { await client.destroy(); process.exit(0); }).resume();
