// Package core is the tour of aidesk. It holds no code; the packages below it do.
//
// aidesk puts AI plugins into the messenger that a team already uses. An admin
// registers a plugin by its domain; members ask; a model calls the plugin's API
// when that helps; a button confirms every call that changes something; the answer
// comes back as a native message with previews of the links in it.
//
// # The house
//
//	cmd/aidesk          the program: command line, configuration, wiring; knows every other
//	cmd/aidesk/crashtest  kills the program under load and judges what its platforms show;
//	                    store/failpoint names the moments at which it can be killed
//	cmd/exampleplugins  four whole plugins; read todo to learn how to write one
//	bots                what happens when a message, a press or a command arrives
//	bots/bot            what its parts share: a Bot, an Event, an Exchange
//	bots/inbox          what arrives becomes durable
//	bots/turn           one conversation at work: messages, presses, limits
//	bots/command        what each command and form does
//	bots/admin          what commands of administrators do; admin/registry: those that look
//	                    after plugins
//	bots/schedule       questions that members have asked at times
//	bots/grants         what members allow beforehand: form, reading, list; who is told when it ends
//	bots/outbox         what is wanted is brought to the platform
//	bots/login          the pages on which a member connects an account
//	bots/restore        what becomes of calls that were open in a backup
//	core/chat           the messenger's words, and the contracts Adapter and Handler
//	core/agent          one turn: prompt, model, calls, answer
//	core/confirm        Actions and the cards on which members decide
//	core/plugin         manifest, registry, enablement; the one place that a Call leaves from
//	core/policy         may this member do this, by which rule: pure functions
//	core/schedule       times in words or as cron, and their runs; core/date reads days
//	core/grant          standing approvals: conditions on the built values of a call, counts
//	core/account        logins at plugins: keys and OAuth accounts, and how a credential enters a call
//	core/installation   where an app is installed that several workspaces share, with its tokens
//	core/openapi        a document -> Operations -> tools; below it: tree (bytes -> nodes),
//	                    schema (what may be sent), request (arguments -> bytes), result (answer -> shaped),
//	                    strict (what another reader objects to), plaintext (text fit to be shown)
//	core/model          what is asked of a model; openai, anthropic, planner and script implement it
//	core/model/search   ranks operations by words; estimates tokens
//	core/model/planner  the model without a model; utterance is its language
//	core/model/middleware  Models around a Model: retry, fallback, budget, trace
//	core/model/wire     what the wires share: wording, exchange, clocks, errors
//	core/markdown       CommonMark -> Document, parsed once; cleaning, splitting, widths
//	core/preview        a page -> Preview
//	core/egress         the only way out to the network
//	core/secret         the key ring that seals what is entrusted to aidesk; secret/workspace
//	                    gives each workspace a key of its own below it
//	core/goldentest     what tests share: golden files; beside it corporatest (documents
//	                    of others), costtest (time and memory), markdown/markdowntest
//	adapters/terminal   the smallest adapter, the one to read first
//	adapters/session    what the adapters of messengers need alike
//	adapters/slack      Slack, by socket or by HTTP; slack/render lays out what is
//	                    shown, slack/payload reads what is sent, slack/webapi calls
//	                    Slack, slack/setup writes the manifest, slack/install brings an
//	                    app into several workspaces
//	adapters/discord    Discord, over its gateway, or with HTTP for what members press;
//	                    render writes what it is sent, payload reads what it sends, rest
//	                    and gateway are the two ways there, setup helps the operator
//	adapters/fake       a fake Slack and a fake Discord, which `aidesk fake` and tests start
//	adapters/adaptertest  the contract of chat.Adapter as a suite
//	store               Journal and Records; bolt implements them (bolt/disk knows of their
//	                    file, bolt/redo is its log, bolt/queue knows their order), storetest is their suite
//
// Data flows one way. Core never sees a messenger's library; adapters see chat and
// markdown and neither each other nor the store; who may import whom is a table in
// imports_test.go beside this file, which parses the sources. What the words mean that
// the code uses is in docs/words.md; where to start is shown by the Example functions of
// chat, openapi, markdown, plugin, confirm, egress, secret, model/script, store/bolt and
// of both renderers.
//
// # The life of one message
//
// 1. An adapter translates what happened into a chat.Event: ids and what the payload
// says, nothing fetched. It calls Handler.Receive, and tells the platform that the
// event arrived only when Receive returned.
//
// 2. bots/inbox writes the event to the Journal, in the order of its
// conversation. The same event delivered twice is stored once.
//
// 3. bots/turn/pool.go claims the conversation under a lease. One conversation is worked
// in order, different ones side by side; the store hands them out round the workspaces,
// so that a busy one keeps no other waiting. Messages that queued while a turn ran
// become one turn.
//
// 4. bots/turn/message.go reads the member anew, asks policy whether they may speak here,
// counts the turn against the limits (bots/turn/limit.go), and starts the agent with a
// middleware.TurnBudget, from which every request to a model is paid for before it is sent.
// From here on a try counts. What ends it through no fault of its own takes it back, and
// while something is away that it needs, it is put off (bots/bot/outage.go).
// What the member attached (attached.go) and, for the first question in a thread, what was
// said there before (above.go) are read now, for this turn alone.
//
// 5. agent/prompt.go builds the request. The system role holds our words and the
// operator's only; what plugins say of themselves travels as Brief and Tools, as data.
// agent/choose.go picks the tools: all where they are few, else those that rank highest,
// within a fixed room; agent/transcript.go does the same for the transcript.
//
// 6. agent.Run asks the model until it has nothing more to call: the only loop. A read
// goes plugin.Send -> openapi -> egress, and its shaped result returns to the model.
//
// 7. A call with effect is parked, and so is any call to another plugin than those whose
// results were seen (both in agent/calls.go): it makes a confirm.Action of it, with
// the exact request and its digest. Its result says "waiting", and the turn goes on to
// its end. So is a call that needs an account which its member has not connected
// (agent/login.go): it waits for the login instead of a press.
//
// 8. agent/answer.go parses the model's text once into a markdown.Document. A link is
// clickable only if it stood in a result of this conversation, in the plugin's manifest
// or in the members' words. Previews get 1.5 s together.
// What came of the member's own account is marked as theirs: other members' turns see one
// line in its place.
//
// While the model writes, agent/watch.go shows what of the text is settled: what Parse will show
// of the whole, too (markdown.Settled). bots/turn/stream.go makes it the wanted state of the
// Reply, which the answer replaces; nothing of a member's own account is shown so in a channel.
//
// 9. bots/turn commits everything that the turn decided in one transaction: transcript and
// why it came out so, Actions, buttons, timers, usage, what is settled of the limits,
// and the wanted state of the Reply. One that can go at once is recorded as being sent by
// the same commit.
//
// 10. bots/outbox brings each Reply's wanted state to its platform. A Reply has an
// id of ours, so a turn that is redone replaces what it wanted and says nothing twice.
// What a sending brought of which no end is known is looked for first, message by message.
// What the platform never takes is given up (bots/outbox/unshown.go): a plain line takes
// its place, and what its cards ask is void (bots/turn/standin.go).
//
// # The life of one press
//
// A button's id is opaque; what it stands for was committed with it. The press is the
// next event of the conversation to which the button belongs, wherever it was pressed.
//
// bots/turn/press.go asks confirm.Decide: only the member who asked, once, in time.
// bots/turn/execute.go then asks policy again and commits three times: first the Action is
// executing, with the card that says so, and only then the first byte leaves; second
// what became of it, with the outcome in the transcript and the card as one line; third what
// the model says to that, as a Reply of its own below the card. After a crash the press is worked again from its last commit: an Action found
// executing becomes unknown, is told, and is never sent again.
//
// An Action that goes by a Grant of its member is parked with an event of its own, which is
// worked like a press (bots/turn/granted.go): policy is asked again, and the commit that makes
// it executing counts the use. Where the Grant covers it no more, the card asks.
//
// Where administrators named a second approver, the press makes the Action halfway, and
// bots/second sends the whole card to who else must approve; their press is worked as the
// first one's, in the same conversation, with the same questions asked anew.
//
// An Action that nobody decides expires by a timer, which is an Event with a Due time.
//
// # The life of one login
//
// Its card goes to the member alone, with a link (bots/turn/login.go begins it). The pages
// behind that (bots/login) lead a browser to the provider and back, each step a compare-and-set
// on one record (core/account/connect.go, consent.go), and end with six digits. Typed into
// the form of the card they are the next event of the conversation: account/finish.go makes
// the account, a read goes on by itself, and a call with effect gets a card that names the
// account. plugin/accounts.go is where a credential enters a request.
//
// # Three things do not wait
//
// A stop and an edited message end the turn that runs; a Cancel is decided while it
// runs. They are ingested as interrupting, and bots/turn/worker.go learns of them from
// store.Journal.Extend. Commands run in conversations of their own.
//
// # What must hold, whatever a model says
//
// No request with effect leaves before a press bound to its digest, or under a Grant that its
// member made (confirm, grant, plugin.Send).
// A call goes only to the host that its document names, and never climbs out of its base
// path (openapi). A configured plugin serves what was approved, and what changed waits for
// a review (plugin). One plugin's data reaches another only by a card that says so (agent,
// confirm). Every address from outside passes egress. No text of a model or a
// plugin is ever markup to a platform (markdown, adapters). Plugin text is never in the
// system role (agent). Whoever addresses aidesk gets one visible end (bots).
// SECURITY.md says the same to those who run it.
package core
