// Package discord is a fake Discord: a real server with which real clients talk, whose
// people do what a test (or its page in a browser) tells them.
//
// It has the REST API under /api/v9 and /api/v10, the gateway, interactions (over the
// gateway, or signed over HTTP), their callbacks and follow-ups, threads, direct
// messages, files and modals; servers ("guilds") with one application in them. What
// Discord refuses it refuses with Discord's own codes and words: tokens, permissions,
// messages, modals and commands beyond the documented limits, answers after three
// seconds or a second time, tokens older than fifteen minutes, intents that are not
// enabled. It knows nothing of the application under test.
//
// [New] makes one, which is an http.Handler; a test starts one with package faketest,
// points a client to [Discord.APIURL], lets people act ([Discord.Post],
// [Discord.Press], [Discord.Submit], [Discord.Command], …), makes the gateway
// misbehave ([Discord.Drop], [Discord.Reconnect], [Discord.Invalidate], …) and waits
// for what it expects with [Discord.Wait]. Everything is recorded: [Discord.Requests]
// is what the application asked for, [Discord.Deliveries] what it was told,
// [Discord.Messages] what stands in a channel, with all versions.
//
// What is Discord's own and not documented is a guess on the strict side; the comments
// say where. Not here: voice, forums, polls, stickers, reactions, scheduled events,
// compressed gateway payloads, several applications.
package discord
