// Package hostiletest makes documents, arguments, answers and cards that are meant to
// hurt, and does with each what aidesk does with a plugin: reads it, reports on it, draws
// its tools, builds requests, shapes answers and shows cards on each platform. A child
// process does it, so that whatever happens there is a finding and not the end of the
// tests.
package hostiletest
