// Package fake holds what the fake Slack and the fake Discord share: their clock, the lock
// whose version every change raises, the control API with what a page in a browser shows, and
// the faults that a test makes them answer with.
//
// The fakes themselves are slack and discord below it: what `aidesk fake` starts, and
// what tests of the adapters, of bots and of the program talk to. Tests begin with
// faketest, which serves one until a test ends.
package fake
