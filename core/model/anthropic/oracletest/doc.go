// Package oracletest compares our wire to Anthropic with the official SDK: the same
// transcript must give the same request, and the same stream the same answer. It is a
// module of its own, so that nobody else downloads and compiles the SDK; `make
// test-anthropic` runs it.
package oracletest
