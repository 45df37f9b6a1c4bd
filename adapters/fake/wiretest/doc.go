// Package wiretest keeps the messages that tests make the fakes take, each with what a reader
// sees of it, so that the page which shows the fakes can be held against that: make test-web
// does, for all behaviours of bots/bottest and all examples of CommonMark. Without AIDESK_WIRE
// nothing is kept.
package wiretest
