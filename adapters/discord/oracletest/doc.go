// Package oracletest reads back what package discord writes: a reader of Discord's
// dialect in Go for every test, and oracles of other people's making, which need
// npm and run where AIDESK_ORACLES is set (after npm ci in the folder npm).
//
// The reader follows npm's discord-markdown-parser rule by rule, and the oracle test
// holds the two against each other. [Said] is what a Document says, in the same
// terms, found without the renderer.
package oracletest
