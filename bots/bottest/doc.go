// Package bottest holds the behaviours of a desk as tests, and the stage on which
// they are played: a whole desk with real parts (a store on disk, the guard, plugins
// over HTTP on loopback, agent, confirmations, registry) and a platform. Run plays
// all of them on one platform; Room is a platform in memory.
//
// Nothing here waits by the clock: time is a Clock that the test moves, and every
// wait is for something that was seen, with a deadline for the case that it never is.
package bottest
