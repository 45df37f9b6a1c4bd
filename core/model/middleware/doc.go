// Package middleware holds Models that stand around another Model: Retry asks again,
// Fallback asks the next one, Budget pays for each request before it is sent, and
// Trace logs what a request cost and how it ended. Each wraps one idea, so that they
// can be put around a model in any order that makes sense:
//
//	Fallback( Retry( Trace( Budget( the wire ) ) ), … )
//
// Breaker is what Retry asks before it tries a provider that failed several times,
// and Purse is what one turn may spend; Budget finds it in the request's context.
package middleware
