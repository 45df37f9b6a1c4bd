// Package fake holds what the fake Slack and the fake Discord share: the time that they
// live in, and the lock that wakes whoever waits for a change.
//
// The fakes themselves are slack and discord below it: what `aidesk fake` starts, and
// what tests of the adapters, of bots and of the program talk to. Tests begin with
// faketest, which serves one until a test ends.
package fake
