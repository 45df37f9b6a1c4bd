// Package egress is the only way out to the network for addresses that
// somebody else supplied: a plugin, its document, a page, a model, a member or
// an admin in chat.
//
// A [Guard] fetches pages and documents ([Guard.Fetch]) and sends the calls of
// plugins ([Guard.Do]). Every address is judged twice, for every hop of a
// redirect anew: as it is written (scheme, credentials, port, host) and as it is
// dialled (the IP address behind the name). Private, loopback, link-local,
// reserved and metadata addresses are refused. The exceptions are the [Rules]
// that the operator wrote; metadata addresses stay refused whatever they say.
//
// Every answer is bounded in time, header and decompressed body. The proxy
// variables of the environment have no influence; a proxy is used only when
// [Rules] names one, and must then do the filtering of addresses behind names
// itself, since it alone resolves them.
//
// Everything speaks HTTP/1.1: it has one connection per exchange, so what was
// sent and how often can be told.
package egress
