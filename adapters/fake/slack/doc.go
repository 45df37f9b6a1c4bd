// Package slack is a fake Slack: a real server with which real clients talk, whose
// people do what a test (or its page in a browser) tells them.
//
// It has the Web API under /api/, Socket Mode, signed deliveries to request URLs,
// response URLs, uploads and modals; one workspace with one app in it. What Slack
// refuses it refuses with Slack's own words: tokens, scopes, membership, blocks and
// views beyond the documented limits, triggers older than three seconds, response URLs
// used too often. It knows nothing of the app under test.
//
// [New] makes one, which is an http.Handler; a test starts one with package faketest,
// points a client to [Slack.APIURL], lets people act ([Slack.Post], [Slack.Press],
// [Slack.Submit], [Slack.Command], …) and waits for what it expects with [Slack.Wait].
// Everything is recorded: [Slack.Requests] is what the app asked for,
// [Slack.Deliveries] what it was told, [Slack.Messages] what stands in a channel, with
// all versions.
//
// What is Slack's own and not documented is a guess on the strict side; the comments
// say where. Not here: streaming, work objects, unfurling on behalf of an app, several
// workspaces, dialogs and workflows.
package slack
