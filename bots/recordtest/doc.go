// Package recordtest holds recordings of what aidesk says to the outside and keeps on disk,
// for what a change of the code must not change by accident: every body that goes to Slack,
// to Discord and to a language model in a story that has each kind of message in it
// (wire_test.go and the stories), every record that the story leaves in a store, and a
// store that an older program wrote, which today's program must go on with (store_test.go).
//
//	go test ./bots/recordtest -update     writes the recordings of the wires and of the records anew
//	go test ./bots/recordtest -run 'TestRecords$' -record     writes the store of an older program anew
//
// The files in testdata:
//
//	slack.golden, discord.golden          what goes to the platforms, step by step
//	*-ids.golden                          the shapes of the ids that buttons, forms and inputs have there
//	*-model.golden                        what goes to the model meanwhile (Chat Completions; the
//	                                      bodies of the other wires stand with core/model/openai and anthropic)
//	records.golden                        buckets, keys and values of a store
//	store.bolt.gz, store-slack.json       the store of an older program, and what Slack held then
//	store-model.golden                    what the model is asked when that store's question is worked
//
// In all of them a value that is another one in every run has a name, such as <ID-3>.
//
// The store is not made anew when a format changes: that today's program reads the old one
// is what it is for. A difference in any of the files needs its reason in the commit.
package recordtest
