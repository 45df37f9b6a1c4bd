// Package preview makes the cards of pages that API results link to.
//
// A [Fetcher] takes the links of a result, prefers what the result itself says
// about them, fetches what is missing through core/egress and reads it with
// [Extract]. It never makes a turn wait longer than its budget: what comes late
// is kept for the next time. What it fetched, and what it could not fetch, is
// remembered in memory within bounds.
//
// Everything in a card that is not its URL is text of strangers: cleaned of
// characters that cannot be seen, capped, and never markup.
package preview
