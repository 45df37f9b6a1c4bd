// Package oracletest connects accounts at a real authorization server, which runs beside the
// tests: zitadel/oidc, with rotating refresh tokens, revocation and a description of
// itself. It is a module of its own, so that nobody else downloads and compiles the server;
// `make test-accounts` runs it.
package oracletest
