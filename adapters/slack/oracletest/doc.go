// Package oracletest reads Slack messages back, independently of how they were made:
// what they say, and what is wrong with them. Its test has the same done by programs
// that are not ours: every block is held against the JSON Schema made from Slack's
// own @slack/types, every fallback text is read by slack-message-parser. That test
// needs node and npm's packages (make test-oracles) and is skipped without AIDESK_ORACLES=1.
package oracletest
