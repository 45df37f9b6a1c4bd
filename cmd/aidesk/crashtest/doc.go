// Package crashtest kills the program at any moment and looks whether something is lost,
// said twice, sent twice, out of order, or stuck.
//
// It builds aidesk with the tag crash and runs `aidesk serve` as a child; all around it is
// played in the test's own process: a Slack (over HTTP) and a Discord (over its gateway) that
// drop, delay, refuse and repeat, a scripted model, and a plugin that counts each POST before
// it answers. A round asks questions and presses cards while the child is killed, stopped,
// frozen, robbed of its disk or given a wrong time; then the faults end, the child works off
// what is left, and judge_test.go compares what stands at the platforms with what was asked.
// A mutant is a child with a fault in it that a round must catch.
//
// It runs when AIDESK_CRASH says how much: short (`make crash`) or long (`make crash-long`).
// AIDESK_CRASH_SEED repeats the dice of a run, AIDESK_CRASH_KEEP keeps logs and stores there.
package crashtest
