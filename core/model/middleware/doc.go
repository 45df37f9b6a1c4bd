// Package middleware holds Models that stand around another Model: Retry asks again,
// Fallback asks the next one, Budget pays for each request before it is sent, and
// Trace logs what a request cost and how it ended. Each wraps one idea, so that they
// can be put around a model in any order that makes sense:
//
//	Fallback( Retry( Trace( Budget( the wire ) ) ), … )
//
// Retry asks a Breaker before it tries a provider that failed several times. Budget
// finds in the request's context the TurnBudget, which is what one turn may spend.
package middleware
